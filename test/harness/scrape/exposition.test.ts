import { describe, expect, it } from 'vitest';
import { parsePage, seriesOf } from './exposition.ts';

const page = (...lines: string[]) => parsePage(['# TYPE a counter', '# TYPE b histogram', ...lines, ''].join('\n'));

describe('parsePage', () => {
  it.each<[string, object]>([
    ['a 1', { name: 'a', labels: {}, value: 1 }],
    ['a{x="y"} 1.5e+3', { name: 'a', labels: { x: 'y' }, value: 1500 }],
    ['a{x="q\\"b\\\\n\\nü{},=",y=""} -0.5', { name: 'a', labels: { x: 'q"b\\n\nü{},=', y: '' }, value: -0.5 }],
    ['b_bucket{le="+Inf"} +Inf', { name: 'b_bucket', labels: { le: '+Inf' }, value: Infinity }],
  ])('%s', (line, sample) => {
    expect(page(line).samples).toEqual([sample]);
  });

  it.each([
    ['c 1'],
    ['a_bucke 1'],
    ['a'],
    ['a  1'],
    ['a 1 '],
    ['a 1 1700000000000'],
    ['a{} 1'],
    ['a{x="1"'],
    ['a{x=1} 1'],
    ['a{x="\\x"} 1'],
    ['a{x="""} 1'],
    ['a{x="1",x="2"} 1'],
    ['a{x="1",} 1'],
    ['# nothing'],
    [''],
  ])('refuses %j', (line) => {
    expect(() => page(line)).toThrow();
  });

  it('refuses the same series twice, in any order of labels', () => {
    expect(() => page('a{x="1",y="2"} 1', 'a{y="2",x="1"} 1')).toThrow('twice');
    expect(page('a{x="1"} 1', 'a{x="2"} 1').samples.map(seriesOf)).toHaveLength(2);
  });

  it('refuses a page that was cut', () => {
    expect(() => parsePage('# TYPE a counter\na 1')).toThrow('newline');
  });
});

describe('Page', () => {
  const found = page('a{x="1",y="1"} 1', 'a{x="1",y="2"} 2', 'a{x="2"} 4');

  it('selects by some of the labels', () => {
    expect([found.sum('a'), found.sum('a', { x: '1' }), found.sum('a', { x: '3' })]).toEqual([7, 3, 0]);
    expect([found.value('a', { x: '2' }), found.value('b')]).toEqual([4, undefined]);
    expect(() => found.value('a')).toThrow('3 samples');
    expect(found.by('y', 'a', { x: '1' })).toEqual({ '1': 1, '2': 2 });
    expect(found.by('y', 'a')).toEqual({ '1': 1, '2': 2, '': 4 });
  });
});
