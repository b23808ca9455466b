import { describe, expect, it } from 'vitest';
import { Keys, type Window, processInfo, snapshot } from '../fixtures.ts';
import { Drift, MOST_NAMESPACES } from './drift.ts';
import { DRIFT_COUNTERS, type KernelTotals } from './totals.ts';

const OWN = 7;
const OTHER = 8;
const NOTHING: KernelTotals = { ActiveOpens: 0, PassiveOpens: 0, AttemptFails: 0, EstabResets: 0, CurrEstab: 0, EmbryonicRsts: 0, ListenOverflows: 0, ListenDrops: 0 };
const at = (totals: Partial<KernelTotals> = {}): KernelTotals => ({ ...NOTHING, ...totals });
type Read = (pid: number | undefined) => KernelTotals | undefined;

class Bench {
  readonly keys = new Keys();
  readonly drift = new Drift({ netns: OWN, inode: OWN, isHost: (pid) => pid === 42, read: (pid) => this.#read(pid) });
  #read: Read = () => undefined;
  #index = 0;

  constructor() {
    const process = processInfo(1, 'a');
    this.keys.client(1, process, '10.0.0.1', 443, { netns: OWN });
    this.keys.server(2, process, 80, { netns: OWN });
    this.keys.client(3, process, '10.0.0.1', 443, { netns: OTHER });
  }

  /** What the kernel says before and after the cut; `processes`: who is in which namespace; `again`: what it says at a second request. */
  cut(before: Read, after: Read, window: Window = {}, processes: Iterable<[number, number]> = [], again?: Read): void {
    this.#read = before;
    this.drift.before();
    if (again !== undefined) {
      this.#read = again;
      this.drift.before();
    }
    this.#read = after;
    const made = snapshot(window, this.#index++);
    this.drift.after({ ...made, cut: { ...made.cut, namespaces: new Map([...processes].map(([netns, pid]) => [netns, { inode: netns, pid }])) } }, this.keys);
  }

  /** A window in the own namespace: value and age by counter. */
  window(before: KernelTotals | undefined, after: KernelTotals | undefined, window: Window = {}): Record<string, number[]> {
    this.cut(
      () => before,
      () => after,
      window,
    );
    return this.values(OWN);
  }

  values(netns: number): Record<string, number[]> {
    const values = this.drift.values().filter((value) => value.netns === netns);
    return Object.fromEntries(values.map(({ counter, value, age }) => [counter, [value, age]]));
  }
}

describe('Drift', () => {
  it('begins at the first moment at which the kernel stood still', () => {
    const bench = new Bench();
    const begins = bench.window(at({ ActiveOpens: 5 }), at({ ActiveOpens: 6 }), { rows: [[1, { success: 4 }]] });
    expect(begins).toEqual({ PassiveOpens: [0, 0], AttemptFails: [0, 0], EstabResets: [0, 0], CurrEstab: [0, 0] });
    const nine = at({ ActiveOpens: 9 });
    expect(bench.window(nine, nine, { rows: [[1, { success: 1 }]] })).toMatchObject({ ActiveOpens: [0, 0] });
    const eleven = at({ ActiveOpens: 11 });
    expect(bench.window(eleven, eleven, { rows: [[1, { success: 2 }]] })).toMatchObject({ ActiveOpens: [0, 0] });
  });

  it.each<[string, Window, Partial<KernelTotals>, Partial<KernelTotals>]>([
    ['successes and failures', { rows: [[1, { success: 2, refused: 1, cancelled: 1 }]] }, { ActiveOpens: 4 }, {}],
    ['not before a SYN', { rows: [[1, { address_unavailable: 3, timeout: 1, noSyn: 3 }]] }, { ActiveOpens: 1 }, {}],
    ['pending ones', { live: [[1, 'syn_sent', 2], [1, 'syn_received', 1]] }, { ActiveOpens: 3 }, {}],
    ['not of other namespaces', { rows: [[3, { success: 5 }]], live: [[3, 'syn_sent', 1]] }, {}, {}],
    ['accepts', { rows: [[2, { accept: 3 }]] }, { PassiveOpens: 3 }, {}],
    ['connects that left an error', { rows: [[1, { refused: 3, cancelled: 1, errored: 3 }]] }, { ActiveOpens: 4, AttemptFails: 3 }, {}],
    ['not half-open ones', {}, { AttemptFails: 2, EmbryonicRsts: 2 }, {}],
    ['aborts, of both roles', { rows: [[1, { close: 3, aborted: 2 }], [2, { close: 1, aborted: 1 }]] }, { EstabResets: 3 }, {}],
    ['what is open, of both roles', { live: [[1, 'established', 4], [2, 'close_wait', 1], [2, 'fin_wait_1', 9]] }, { CurrEstab: 5 }, {}],
    ['too many of ours', { rows: [[1, { success: 2 }], [2, { accept: 2 }]] }, { ActiveOpens: 1, PassiveOpens: 1 }, { ActiveOpens: 1, PassiveOpens: 1 }],
    ['too few of ours', { rows: [[1, { success: 1 }]] }, { ActiveOpens: 3, CurrEstab: 2 }, { ActiveOpens: -2, CurrEstab: -2 }],
    ['what has no key, as missing', { rows: [[0, { success: 1, accept: 1 }]] }, { ActiveOpens: 1, PassiveOpens: 1 }, { ActiveOpens: -1, PassiveOpens: -1 }],
  ])('compares %s', (_, counted, kernel, expected) => {
    const bench = new Bench();
    bench.window(at(), at());
    const all = DRIFT_COUNTERS.map((counter) => [counter, [expected[counter] ?? 0, 0]]);
    expect(bench.window(at(kernel), at(kernel), counted)).toEqual(Object.fromEntries(all));
  });

  it('takes what is open and not known at first for found or ended later, and never for more', () => {
    const bench = new Bench();
    const open = (kernel: number, ours: number) => bench.window(at({ CurrEstab: kernel }), at({ CurrEstab: kernel }), { live: [[1, 'established', ours]] })['CurrEstab'];
    // Five that no scan can find.
    expect(open(7, 2)).toEqual([0, 0]);
    // Two of them are found, one ends; two are left.
    expect(open(6, 4)).toEqual([0, 0]);
    expect(open(6, 3)).toEqual([-1, 0]);
    expect(open(4, 4)).toEqual([0, 0]);
    expect(open(5, 4)).toEqual([-1, 0]);
    expect(open(4, 6)).toEqual([2, 0]);
  });

  it('counts an attempt once when it is pending and when it ends', () => {
    const bench = new Bench();
    const one = at({ ActiveOpens: 1 });
    bench.window(at(), at());
    bench.window(one, one, { live: [[1, 'syn_sent', 1]] });
    expect(bench.window(one, one, { rows: [[1, { refused: 1 }]] })).toMatchObject({ ActiveOpens: [0, 0] });
  });

  it('holds its value while the kernel counts, says its age, and loses nothing', () => {
    const bench = new Bench();
    const opens = (before: number, after: number, window?: Window) => bench.window(at({ ActiveOpens: before }), at({ ActiveOpens: after }), window);
    opens(0, 0);
    opens(1, 1, { rows: [[1, { success: 2 }]] });
    expect(opens(1, 2, { rows: [[1, { success: 1 }]] })).toMatchObject({ ActiveOpens: [1, 5] });
    expect(opens(3, 4)).toMatchObject({ ActiveOpens: [1, 10] });
    expect(opens(4, 4, { rows: [[1, { success: 1 }]] })).toMatchObject({ ActiveOpens: [0, 0] });
  });

  it('compares with the number before the first request of a cut that takes long', () => {
    const bench = new Bench();
    bench.window(at(), at());
    const one = at({ ActiveOpens: 1 });
    // A connect between the cut and the second request is counted in the next window.
    bench.cut(() => at(), () => one, {}, [], () => one);
    expect(bench.values(OWN)).toMatchObject({ ActiveOpens: [0, 5] });
    expect(bench.window(one, one, { rows: [[1, { success: 1 }]] })).toMatchObject({ ActiveOpens: [0, 0] });
  });

  it('is not computed from numbers that cannot be read, or of no cut of its own', () => {
    const bench = new Bench();
    expect(bench.window(undefined, at())).toEqual({});
    expect(bench.window(at(), undefined)).toEqual({});
    const refuse = () => {
      throw new Error('no /proc');
    };
    bench.cut(refuse, refuse);
    bench.drift.after(snapshot({}), bench.keys);
    expect(bench.drift.values()).toEqual([]);
  });

  it('follows namespaces as long as somebody is in them', () => {
    const bench = new Bench();
    const kernel = (opens: number): Read => (pid) => (pid === 42 ? at({ ActiveOpens: opens }) : at());
    const window = (opens: number, success: number) => bench.cut(kernel(opens), kernel(opens), { rows: [[3, { success }]] }, [[OTHER, 42]]);
    window(5, 5);
    expect([bench.values(OTHER), bench.drift.namespaces]).toEqual([{}, { compared: 2, unread: 0 }]);
    window(7, 2);
    expect(bench.values(OTHER)).toMatchObject({ ActiveOpens: [0, 0] });
    window(9, 3);
    expect([bench.values(OTHER), bench.values(OWN)]).toMatchObject([{ ActiveOpens: [1, 0] }, { ActiveOpens: [0, 0] }]);
    // Sockets of it are held, by somebody who is elsewhere.
    bench.cut(kernel(9), kernel(9), {}, [[OTHER, 0]]);
    expect([bench.values(OTHER), bench.drift.namespaces]).toEqual([{}, { compared: 1, unread: 1 }]);
    bench.cut(kernel(9), kernel(9));
    expect([bench.values(OTHER), bench.drift.namespaces]).toEqual([{}, { compared: 1, unread: 0 }]);
  });

  it("says which namespace is the host's, if it can be known", () => {
    const bench = new Bench();
    bench.cut(() => at(), () => at(), { rows: [[3, { success: 1 }]] }, [[OTHER, 42]]);
    bench.cut(() => at(), () => at(), {}, [[OTHER, 42]]);
    const types = (drift: Drift) => Object.fromEntries(drift.values().map(({ netns, type }) => [netns, type]));
    expect(types(bench.drift)).toEqual({ [OWN]: 'other', [OTHER]: 'host' });
    // Known for as long as it is followed, whoever is asked.
    bench.cut(() => at(), () => at(), {}, [[OTHER, 43]]);
    expect(types(bench.drift)).toEqual({ [OWN]: 'other', [OTHER]: 'host' });
    const old = new Drift({ netns: OWN, inode: OWN, isHost: () => undefined, read: () => at() });
    old.before();
    old.after(snapshot({}), bench.keys);
    expect(types(old)).toEqual({ [OWN]: 'unknown' });
  });

  it('says how many it does not compare', () => {
    const bench = new Bench();
    const many = Array.from({ length: MOST_NAMESPACES + 5 }, (_, n): [number, number] => [100 + n, 1]);
    bench.cut(() => at(), () => at(), { rows: [[3, { success: 1 }]] }, many);
    expect(bench.drift.namespaces).toEqual({ compared: MOST_NAMESPACES, unread: 7 });
  });
});
