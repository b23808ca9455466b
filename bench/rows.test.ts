import { describe, expect, it } from 'vitest';
import { isMet, type Row, table } from './rows.ts';
import { spread } from './statistics.ts';

const row = (more: Partial<Row>): Row => ({ what: 'w', value: spread([2, 3, 4]), unit: 'ns', ...more });

describe('isMet', () => {
  it.each([
    [{ atMost: 3 }, true],
    [{ atMost: 2.9 }, false],
    [{ atLeast: 3 }, true],
    [{ atLeast: 3.1 }, false],
    [{}, undefined],
  ])('%j: %s', (goal, expected) => {
    expect(isMet(row(goal))).toBe(expected);
  });

  it('is decided by the number, not by how it is shown', () => {
    expect(isMet(row({ value: spread([0.0004]), unit: 'share', atMost: 0 }))).toBe(false);
  });
});

it('makes a table', () => {
  const rows = [
    row({ what: 'a long name', atMost: 2 }),
    row({ unit: 'ratio', value: spread([0.05]), atMost: 0.05 }),
    row({ unit: 'percent', value: spread([-1, 12.34]) }),
  ];
  expect(table(rows)).toBe(
    [
      '| what        | median | min to max       | runs | goal     |        |',
      '|-------------|--------|------------------|------|----------|--------|',
      '| a long name | 3 ns   | 2 ns to 4 ns     | 3    | <= 2 ns  | missed |',
      '| w           | 0.050x |                  | 1    | <= 0.05x | met    |',
      '| w           | 5.7 %  | -1.0 % to 12.3 % | 2    |          |        |',
      '',
    ].join('\n'),
  );
});
