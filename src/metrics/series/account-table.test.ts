import { expect, it } from 'vitest';
import { AccountTable } from './account-table.ts';
import { type Account, newAccount } from './account.ts';
import type { Series, Wanted } from './series.ts';

interface Counted extends Account {
  readonly wanted: Wanted;
  readonly series: Series;
}

class Table extends AccountTable<Counted> {
  readonly gone: string[] = [];

  constructor(limit: number) {
    super(limit, (series, window, wanted) => ({ ...newAccount(window), wanted, series }));
  }

  get size(): number {
    return this.gate.size;
  }

  protected override retired({ wanted }: Counted): void {
    this.gone.push(wanted.id);
  }
}

const wanted = (id: string): Wanted => ({ id, owner: id, attributes: () => ({ id }) });

it('has one account for the same attributes, with the series of the family that decides', () => {
  const table = new Table(4);
  const account = table.account(wanted('a'), [7, 0], 3);
  expect(account).toMatchObject({ moved: 3, bound: 0, users: 0, series: { id: 'a', attributes: { id: 'a' }, born: [7, 0] } });
  expect(table.account(wanted('a'), [8, 0], 4)).toBe(account);
  expect(table.find(wanted('a'))).toBe(account);
  expect(table.isOverflow(account)).toBe(false);
  expect([...table]).toEqual([account]);
});

it('has one overflow account for all that finds no place, last', () => {
  const table = new Table(2);
  const overflow = [wanted('b'), wanted('c')];
  const a = table.account(wanted('a'), [7, 0], 1);
  const [b, c] = overflow.map((each) => table.account(each, [8, 0], 1));
  expect(b).toBe(c);
  expect(b).toBe(table.overflow([9, 0]));
  expect(b!.series.born).toEqual([8, 0]);
  expect(b!.wanted).toMatchObject({ id: '', owner: '' });
  expect(table.isOverflow(b!)).toBe(true);
  expect(overflow.map((each) => table.find(each))).toEqual([undefined, undefined]);
  expect([...table]).toEqual([a, b]);
});

it('retires who is still, with its place, and keeps the overflow account', () => {
  const table = new Table(2);
  const a = table.account(wanted('a'), [7, 0], 1);
  table.account(wanted('b'), [7, 0], 1);
  a.bound = 1;
  table.retire(9, 5);
  expect(table.gone).toEqual([]);
  a.bound = 0;
  table.retire(5, 5);
  expect(table.gone).toEqual([]);
  table.retire(6, 5);
  expect(table.gone).toEqual(['a']);
  expect(table.find(wanted('a'))).toBeUndefined();
  expect(table.size).toBe(1);
  expect(table.isOverflow(table.account(wanted('b'), [8, 0], 6))).toBe(false);
});
