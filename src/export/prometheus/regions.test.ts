import { describe, expect, it } from 'vitest';
import { atOnce } from '../../internal/pieces.ts';
import { Regions } from './regions.ts';

const PAGE = 'a{x="1 2"} 5\nb_bucket{le="1"} 2\nb_sum 0.25\nb_count 3\nü 77\n';
const at = (text: string): [number, number] => {
  const start = Buffer.from(PAGE.slice(0, PAGE.indexOf(text))).length;
  return [start, start + Buffer.byteLength(text)];
};

function regions(): Regions {
  const made = new Regions(1);
  made.add(10, at(' 5')[0] + 1, at(' 5')[1]);
  made.add(20, ...at('b_bucket{le="1"} 2\nb_sum 0.25\nb_count 3\n'));
  made.add(30, ...at('77'));
  return made;
}

describe('Regions', () => {
  it.each([
    [30, 0, PAGE],
    [29, 1, PAGE.replace('77', '0')],
    [20, 1, PAGE.replace('77', '0')],
    [19, 2, 'a{x="1 2"} 5\nb_bucket{le="1"} 0\nb_sum 0\nb_count 0\nü 0\n'],
    [0, 3, 'a{x="1 2"} 0\nb_bucket{le="1"} 0\nb_sum 0\nb_count 0\nü 0\n'],
  ])('of who has seen the page of %d, %d are new', (since, newer, text) => {
    expect(regions().newer(since)).toBe(newer);
    expect(String(atOnce(regions().zeroed(Buffer.from(PAGE), since)))).toBe(text);
  });

  it('may be none', () => {
    expect(new Regions(0).newer(-Infinity)).toBe(0);
    expect(String(atOnce(new Regions(0).zeroed(Buffer.from(PAGE), 0)))).toBe(PAGE);
  });
});
