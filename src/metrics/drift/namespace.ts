import type { OwnTotals } from './own.ts';
import { DRIFT_COUNTERS, type DriftCounter, type KernelTotals, type Totals } from './totals.ts';

interface Held {
  readonly ours: number;
  readonly kernel: number;
  value: number;
  /** End of the snapshot, Unix milliseconds. */
  at: number;
}

/** One network namespace: our totals since it is followed, and the last comparison of each counter. */
export class NamespaceDrift {
  /** The kernel's totals before the cut that is on its way. */
  before: KernelTotals | undefined;
  readonly #held = new Map<DriftCounter, Held>();
  readonly #sum = { active: 0, passive: 0, errored: 0, aborted: 0 };
  #pending = 0;
  #established = 0;
  /** Connections that the kernel counts and we have not found: from before the start, held by no descriptor. They never get more. */
  #unknown = Infinity;

  add(own: OwnTotals | undefined): void {
    this.#pending = own?.pending ?? 0;
    this.#established = own?.established ?? 0;
    if (own === undefined) return;
    for (const name of ['active', 'passive', 'errored', 'aborted'] as const) this.#sum[name] += own[name];
  }

  /** Compares what stood still in the kernel while the cut was made. */
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

  /** What of the difference is not explained by connections that we don't know, which may be found or end. */
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

/** A half-open connection of a listener is no socket, so its reset is known to the kernel alone, which counts it apart too. */
function comparable(totals: KernelTotals): Totals {
  return { ...totals, AttemptFails: totals.AttemptFails - totals.EmbryonicRsts };
}
