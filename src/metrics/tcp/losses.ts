import type { Loss } from '../../ebpf/types.ts';
import { OUTCOMES } from '../../words/outcomes.ts';

/** Records that the kernel side counted but could not send, since the last call. */
export interface LostCounts {
  /** Index = OUTCOMES. */
  readonly connects: readonly number[];
  readonly accepts: number;
}

/** Turns totals into differences since the last call. */
export class Losses {
  readonly #connects = new Map<string, number>();
  readonly #accepts = new Map<string, number>();

  since(losses: readonly Loss[]): LostCounts {
    const connects = OUTCOMES.map(() => 0);
    let accepts = 0;
    for (const loss of losses) {
      const place = `${loss.stage}/${loss.reason}`;
      loss.connects?.forEach((total, outcome) => {
        if (outcome < connects.length) connects[outcome]! += grown(this.#connects, `${place}/${outcome}`, total);
      });
      if (loss.accepts !== undefined) accepts += grown(this.#accepts, place, loss.accepts);
    }
    return { connects, accepts };
  }
}

/** Growth of a total. If it has decreased, nothing counts until it exceeds its old value. */
function grown(totals: Map<string, number>, place: string, total: number): number {
  const before = totals.get(place) ?? 0;
  if (total <= before) return 0;
  totals.set(place, total);
  return total - before;
}
