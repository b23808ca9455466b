import { describe, expect, it } from 'vitest';
import type { NetworkNamespace } from '../../ebpf/types.ts';
import { Drift } from '../drift/drift.ts';
import type { KernelTotals } from '../drift/totals.ts';
import { Bench, processInfo, type Window } from '../fixtures.ts';
import { shareOverflows } from './overflows.ts';

const NOTHING: KernelTotals = { ActiveOpens: 0, PassiveOpens: 0, AttemptFails: 0, EstabResets: 0, CurrEstab: 0, EmbryonicRsts: 0, ListenOverflows: 0, ListenDrops: 0 };
const LISTEN = 'connwatch.tcp.listen';

describe('shareOverflows', () => {
  /** sockets, queue, limit, overflows, drops, synacks */
  const row = (queue: number, overflows: number, drops: number) => Float64Array.of(1, queue, 9, overflows, drops, 2);
  const shares = (rows: readonly Float64Array[], count: number) => shareOverflows(rows, () => count).map((values) => [values[3], values[4]]);

  it('takes those of full queues first, then of the fullest', () => {
    const rows = [row(1, 0, 5), row(0, 3, 0), row(8, 0, 4)];
    expect(shares(rows, 0)).toEqual([[0, 5], [0, 3], [0, 4]]);
    expect(shares(rows, 2)).toEqual([[0, 5], [2, 1], [0, 4]]);
    expect(shares(rows, 5)).toEqual([[0, 5], [3, 0], [2, 2]]);
    expect(shares(rows, 9)).toEqual([[2, 3], [3, 0], [4, 0]]);
    expect(shares(rows, 12)).toEqual([[5, 0], [3, 0], [4, 0]]);
  });

  it('says how many were dropped and guessed, and changes no row of the snapshot', () => {
    const rows = [row(1, 0, 5), row(0, 3, 0)];
    shareOverflows(rows, (drops, guess) => {
      expect([drops, guess]).toEqual([8, 3]);
      return 8;
    });
    expect(rows).toEqual([row(1, 0, 5), row(0, 3, 0)]);
  });
});

describe('overflows of listeners', () => {
  /** A collector with drift in namespaces 1 (the agent's own), 2 and 3; what the kernel has counted there. */
  function bench() {
    const counted = new Map([[1, 0], [2, 0], [3, 0]]);
    const drift = new Drift({ netns: 1, inode: 1, isHost: () => false, read: (pid) => (pid === 99 ? undefined : { ...NOTHING, ListenOverflows: counted.get(pid ?? 1)! }) });
    const made = new Bench({ drift });
    const nginx = processInfo(20, 'nginx');
    for (const netns of [1, 2, 3, 4]) made.keys.server(netns, nginx, 80 + netns, { netns });
    // The pid of a namespace is its number; 4 has one whose counters cannot be read.
    const namespaces = new Map<number, NetworkNamespace>([1, 2, 3, 4].map((netns) => [netns, { inode: netns, pid: netns === 4 ? 99 : netns }]));
    const window = (rows: NonNullable<Window['listeners']>, now: Readonly<Record<number, number>>) => {
      drift.before();
      for (const [netns, count] of Object.entries(now)) counted.set(Number(netns), count);
      made.window({ listeners: rows }, { namespaces });
    };
    const idle = { sockets: 1, queue: 0, limit: 5 };
    window([1, 2, 3, 4].map((key) => [key, idle]), {});
    window([1, 2, 3, 4].map((key) => [key, idle]), {});
    return { made, window, idle };
  }

  it('are those of the kernel in each namespace, also when the queues are empty again', async () => {
    const { made, window, idle } = bench();
    const burst = { ...idle, drops: 39 };
    window([[1, burst], [2, burst], [3, { ...idle, overflows: 39 }], [4, burst]], { 1: 39, 2: 9 });
    expect(await made.lines(`${LISTEN}.overflows`)).toEqual({ 'nginx 81': 39, 'nginx 82': 9, 'nginx 83': 0, 'nginx 84': 0 });
    expect(await made.lines(`${LISTEN}.syn_drops`)).toEqual({ 'nginx 81': 0, 'nginx 82': 30, 'nginx 83': 39, 'nginx 84': 39 });
    window([1, 2, 3, 4].map((key) => [key, { ...idle, drops: 2 }]), {});
    expect(await made.lines(`${LISTEN}.overflows`)).toEqual({ 'nginx 81': 39, 'nginx 82': 9, 'nginx 83': 0, 'nginx 84': 0 });
    expect(await made.sum(`${LISTEN}.syn_drops`)).toBe(39 * 4 + 2 * 4 - 48);
    expect(made.errors).toEqual([]);
  });

  it('are by the queues where the counters cannot be read', async () => {
    const { made, window, idle } = bench();
    window([[4, { ...idle, overflows: 3 }], [0, { overflows: 1 }]], { 1: 50 });
    expect(await made.lines(`${LISTEN}.overflows`)).toEqual({ 'nginx 81': 0, 'nginx 82': 0, 'nginx 83': 0, 'nginx 84': 3, true: 1 });
  });
});
