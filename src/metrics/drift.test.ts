import { describe, expect, it } from 'vitest';
import { Drift, type KernelTotals } from './drift.ts';
import { Keys, type Window, processInfo, snapshot } from './fixtures.ts';

const OWN = 7;

function bench() {
  const keys = new Keys();
  const process = processInfo(1, 'a');
  keys.client(1, process, '10.0.0.1', 443, { netns: OWN });
  keys.server(2, process, 80, { netns: OWN });
  keys.client(3, process, '10.0.0.1', 443, { netns: OWN + 1 });
  let totals: KernelTotals | undefined;
  const drift = new Drift({ netns: OWN, read: () => totals });
  let index = 0;
  return {
    drift,
    window(before: KernelTotals | undefined, after: KernelTotals | undefined, window: Window = {}) {
      totals = before;
      drift.before();
      totals = after;
      drift.after(snapshot(window, index++), keys);
      return Object.fromEntries(drift.values().map(({ counter, value, age }) => [counter, [value, age]]));
    },
  };
}

const at = (ActiveOpens: number, PassiveOpens = 0): KernelTotals => ({ ActiveOpens, PassiveOpens });

describe('Drift', () => {
  it('begins at the first moment at which the kernel stood still', () => {
    const { window } = bench();
    expect(window(at(5), at(6), { rows: [[1, { success: 4 }]] })).toEqual({ PassiveOpens: [0, 0] });
    expect(window(at(9), at(9), { rows: [[1, { success: 1 }]] })).toMatchObject({ ActiveOpens: [0, 0] });
    expect(window(at(11), at(11), { rows: [[1, { success: 2 }]] })).toMatchObject({ ActiveOpens: [0, 0] });
  });

  it.each<[string, Window, KernelTotals, [number, number]]>([
    ['successes and failures', { rows: [[1, { success: 2, refused: 1, cancelled: 1 }]] }, at(4), [0, 0]],
    ['not without a local port', { rows: [[1, { address_unavailable: 3, timeout: 1, noSyn: 3 }]] }, at(1), [0, 0]],
    ['pending ones', { live: [[1, 'syn_sent', 2], [1, 'syn_received', 1], [1, 'established', 9]] }, at(3), [0, 0]],
    ['not of other namespaces', { rows: [[3, { success: 5 }]], live: [[3, 'syn_sent', 1]] }, at(0), [0, 0]],
    ['accepts', { rows: [[2, { accept: 3 }]] }, at(0, 3), [0, 0]],
    ['too many of ours', { rows: [[1, { success: 2 }], [2, { accept: 2 }]] }, at(1, 1), [1, 1]],
    ['too few of ours', { rows: [[1, { success: 1 }]] }, at(3, 1), [-2, -1]],
    ['what has no key, as missing', { rows: [[0, { success: 1, accept: 1 }]] }, at(1, 1), [-1, -1]],
  ])('compares %s', (_, counted, kernel, [active, passive]) => {
    const { window } = bench();
    window(at(0), at(0));
    expect(window(kernel, kernel, counted)).toEqual({ ActiveOpens: [active, 0], PassiveOpens: [passive, 0] });
  });

  it('counts an attempt once when it is pending and when it ends', () => {
    const { window } = bench();
    window(at(0), at(0));
    window(at(1), at(1), { live: [[1, 'syn_sent', 1]] });
    expect(window(at(1), at(1), { rows: [[1, { refused: 1 }]] })).toMatchObject({ ActiveOpens: [0, 0] });
  });

  it('holds its value while the kernel counts, says its age, and loses nothing', () => {
    const { window } = bench();
    window(at(0), at(0));
    window(at(1), at(1), { rows: [[1, { success: 2 }]] });
    expect(window(at(1), at(2), { rows: [[1, { success: 1 }]] })).toMatchObject({ ActiveOpens: [1, 5] });
    expect(window(at(3), at(4))).toMatchObject({ ActiveOpens: [1, 10] });
    expect(window(at(4), at(4), { rows: [[1, { success: 1 }]] })).toMatchObject({ ActiveOpens: [0, 0] });
  });

  it('is not computed from numbers that cannot be read, or of no cut of its own', () => {
    const { drift, window } = bench();
    expect(window(undefined, at(1))).toEqual({});
    expect(window(at(1), undefined)).toEqual({});
    expect(window(at(0), at(1))).toEqual({ PassiveOpens: [0, 0] });
    drift.after(snapshot({}), new Keys());
    expect(drift.values()).toEqual([{ counter: 'PassiveOpens', value: 0, age: 0 }]);
  });

  it('takes a reader that throws for one that cannot read', () => {
    const drift = new Drift({
      netns: OWN,
      read: () => {
        throw new Error('no /proc');
      },
    });
    drift.before();
    drift.after(snapshot({}), new Keys());
    expect(drift.values()).toEqual([]);
  });

  it('does not take the same reading for two cuts', () => {
    const drift = new Drift({ netns: OWN, read: () => at(1) });
    drift.after(snapshot({}), new Keys());
    expect(drift.values()).toEqual([]);
  });
});
