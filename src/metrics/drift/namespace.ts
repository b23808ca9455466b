import { Overflows } from './overflows.ts';
import type { OwnTotals } from './own.ts';
import { DRIFT_COUNTERS, type DriftCounter, type KernelTotals, type Totals } from './totals.ts';

interface Held {
  readonly ours: number;
  readonly kernel: number;
  value: number;
  /** End of the snapshot, Unix milliseconds. */
  at: number;
}

/** Whether a network namespace is the host's. */
export type NamespaceType = 'host' | 'other' | 'unknown';

/** One network namespace: our totals since we follow it, and the last comparison of each counter. */
export class NamespaceDrift {
  /** The kernel's totals before the requested cut. */
  before: KernelTotals | undefined;
  type: NamespaceType = 'unknown';
  readonly overflows = new Overflows();
  readonly #held = new Map<DriftCounter, Held>();
  readonly #sum = { active: 0, passive: 0, errored: 0, aborted: 0 };
  #pending = 0;
  #established = 0;
  /** Connections that the kernel counts and we have not found: from before the start, without a descriptor. Their number never increases. */
  #unknown = Infinity;

  add(own: OwnTotals | undefined): void {
    this.#pending = own?.pending ?? 0;
    this.#established = own?.established ?? 0;
    if (own === undefined) return;
    for (const name of ['active', 'passive', 'errored', 'aborted'] as const) this.#sum[name] += own[name];
  }

  /** Compares the counters that stood still in the kernel during the cut. */
  compare(after: KernelTotals | undefined, at: number): void {
    const { before } = this;
    this.before = undefined;
    if (before === undefined || after === undefined) return;
    const [first, last, ours] = [comparable(before), comparable(after), this.#ours()];
    for (const counter of DRIFT_COUNTERS) {
      if (first[counter] !== last[counter]) continue;
      if (counter === 'CurrEstab') {
        this.#held.set(counter, { ours: 0, kernel: 0, value: this.#beyondUnknown(ours.CurrEstab - last.CurrEstab), at });
        continue;
      }
      const held = this.#held.get(counter);
      if (held === undefined) {
        this.#held.set(counter, { ours: ours[counter], kernel: last[counter], value: 0, at });
        continue;
      }
      held.value = ours[counter] - held.ours - (last[counter] - held.kernel);
      held.at = at;
    }
  }

  /** The part of the difference that unknown connections, which may be found or end, do not explain. */
  #beyondUnknown(difference: number): number {
    const unknown = Math.max(0, -difference);
    if (unknown > this.#unknown) return this.#unknown - unknown;
    this.#unknown = unknown;
    return Math.max(0, difference);
  }

  values(): { readonly counter: DriftCounter; readonly value: number; readonly at: number }[] {
    return [...this.#held].map(([counter, { value, at }]) => ({ counter, value, at }));
  }

  #ours(): Totals {
    return {
      ActiveOpens: this.#sum.active + this.#pending,
      PassiveOpens: this.#sum.passive,
      AttemptFails: this.#sum.errored,
      EstabResets: this.#sum.aborted,
      CurrEstab: this.#established,
    };
  }
}

/** A half-open connection of a listener is not a socket, so only the kernel knows its reset; it also has a counter of its own. */
function comparable(totals: KernelTotals): Totals {
  return { ...totals, AttemptFails: totals.AttemptFails - totals.EmbryonicRsts };
}
