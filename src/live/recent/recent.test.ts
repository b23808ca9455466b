import { describe, expect, it } from 'vitest';
import type { Key } from '../../ebpf/types.ts';
import type { Snapshot } from '../../stream/snapshot.ts';
import { COLUMN, COLUMNS } from '../../words/columns.ts';
import { OUTCOMES, type Outcome } from '../../words/outcomes.ts';
import { Recent } from './recent.ts';

const START = 1_700_000_040_000;
const INTERVAL = 5000;
const SLOT = 120_000;

type Row = readonly [id: number, connects: Partial<Record<Outcome, number>>, more?: { readonly synRetransmits?: number; readonly accept?: number; readonly resetsIn?: number; readonly resetsOut?: number }];

/** A window that begins so many milliseconds after the first. All successes are in one bucket. */
function snapshot(rows: readonly Row[], after: number): Snapshot {
  const counts = new Uint32Array(rows.length * COLUMNS);
  rows.forEach(([, connects, { synRetransmits = 0, accept = 0, resetsIn = 0, resetsOut = 0 } = {}], row) => {
    const first = row * COLUMNS;
    OUTCOMES.forEach((outcome, at) => (counts[first + COLUMN.connect + at] = connects[outcome] ?? 0));
    counts[first + COLUMN.handshake + 3] = connects.success ?? 0;
    counts[first + COLUMN.synRetransmits] = synRetransmits;
    counts[first + COLUMN.accept] = accept;
    counts[first + COLUMN.resetsIn] = resetsIn;
    counts[first + COLUMN.resetsOut] = resetsOut;
  });
  return { start: START + after, end: START + after + INTERVAL, rows: rows.length, keys: Uint32Array.from(rows, ([id]) => id), counts, cut: { namespaces: new Map() } } as unknown as Snapshot;
}

function open(most?: number) {
  const recent = new Recent(most);
  const keys = { get: (id: number) => ({ id, role: 'client', address: id < 9 ? `10.0.0.${id}` : '', port: 80, netns: 1, fold: id < 9 ? 'none' : 'peer' }) as Key };
  const add = (rows: readonly Row[], after = 0) => recent.add(snapshot(rows, after), keys, () => ({ 'process.executable.name': 'curl' }));
  const shown = () =>
    recent.message().rows.map(({ address, connects }) => `${address} ${connects.flatMap((count, at) => (count === 0 ? [] : `${OUTCOMES[at]!} ${count}`)).join(' ')}`);
  return { recent, add, shown };
}

describe('Recent', () => {
  it('adds up the windows of the last ten minutes', () => {
    const { recent, add, shown } = open();
    add([[1, { success: 2, refused: 1 }], [2, { unanswered: 1 }, { synRetransmits: 3 }], [3, {}, { accept: 9 }]]);
    add([[1, { success: 1 }]], SLOT);
    expect(shown()).toEqual(['10.0.0.2 unanswered 1', '10.0.0.1 success 3 refused 1']);
    const [silent, first] = recent.message().rows;
    expect([silent!.retransmits, first!.handshakes[3], first!.last[0]! - first!.last[1]!, recent.message().since]).toEqual([3, 3, SLOT, START]);
    // Five slots later the first is over.
    add([], 6 * SLOT);
    expect(shown()).toEqual(['10.0.0.1 success 1']);
    expect(recent.message().rows[0]!.last[1]).toBe(0);
    add([], 7 * SLOT);
    expect(shown()).toEqual([]);
  });

  it('keeps what a program did when another fails against more peers than there is room for', () => {
    const recent = new Recent(5);
    const names = (id: number) => (id === 1 ? 'curl' : 'scan');
    const keys = { get: (id: number) => ({ id, role: 'client', address: `10.0.0.${id}`, port: 80, netns: 1, fold: 'none' }) as Key };
    const add = (rows: readonly Row[]) => recent.add(snapshot(rows, 0), keys, ({ id }) => ({ 'process.executable.name': names(id) }));
    add([[1, { unanswered: 1 }]]);
    for (let id = 2; id < 50; id++) add([[id, { refused: 1 }]]);
    expect(recent.message().rows.map(({ address }) => address)).toEqual([1, 46, 47, 48, 49].map((id) => `10.0.0.${id}`));
    expect(recent.message().unnamed).toBe(44);
  });

  it('adds up resets, also of connections that began before', () => {
    const { recent, add } = open();
    add([[1, {}, { resetsIn: 2 }], [9, {}, { resetsIn: 4 }]]);
    add([[1, { success: 1 }, { resetsIn: 1, resetsOut: 5 }]], SLOT);
    const { rows, unnamed } = recent.message();
    expect([rows.map(({ connects, resets }) => [connects[0], resets]), unnamed]).toEqual([[[1, { peer: 3, owner: 5 }]], 0]);
  });

  it('forgets those without a failure first', () => {
    const { add, shown } = open(2);
    add([[1, { refused: 1 }], [2, { success: 1 }]]);
    add([[3, { success: 1 }]], INTERVAL);
    add([[4, { success: 1 }]], 2 * INTERVAL);
    expect(shown()).toEqual(['10.0.0.1 refused 1', '10.0.0.4 success 1']);
    // It failed once, so it is among those although it succeeds now.
    add([[1, { success: 1 }]], 3 * INTERVAL);
    add([[5, { refused: 1 }]], 4 * INTERVAL);
    expect(shown()).toEqual(['10.0.0.1 success 1 refused 1', '10.0.0.5 refused 1']);
  });

  it('is bounded, and says how much it does not name', () => {
    const { recent, add, shown } = open(2);
    add([[1, { refused: 5 }], [2, { success: 1 }], [9, { success: 7 }]]);
    add([[1, { refused: 1 }], [3, { success: 1 }]], INTERVAL);
    expect(shown()).toEqual(['10.0.0.1 refused 6', '10.0.0.3 success 1']);
    expect(recent.message().unnamed).toBe(8);
    add([], 6 * SLOT);
    expect(recent.message().unnamed).toBe(0);
  });
});
