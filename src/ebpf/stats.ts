import { LOSS_CLASS, LOSS_CLASSES } from '../words/loss-classes.ts';
import { OUTCOMES } from '../words/outcomes.ts';
import type { NativeStats } from './session.ts';
import { KIND } from './layout.ts';
import type { DrainStats, EventKind, Loss } from './types.ts';

/** Names the addon's numbers. `lag` is in ns. */
export function drainStats(native: NativeStats, lag: number): DrainStats {
  const row = (reason: number): number[] => [...native.lost.subarray(reason * LOSS_CLASSES, (reason + 1) * LOSS_CLASSES)];
  const [ringFull, startStore, ownerStore] = [row(0), row(1), row(2)];
  const lost: Loss[] = [
    {
      stage: 'kernel',
      reason: 'ring_full',
      total: sum(ringFull),
      connects: [...native.unfolded.subarray(0, OUTCOMES.length)],
      accepts: native.unfolded[LOSS_CLASS.accept] ?? 0,
    },
    { stage: 'kernel', reason: 'start_store', total: sum(startStore) },
    { stage: 'kernel', reason: 'owner_store', total: sum(ownerStore) },
    { stage: 'kernel', reason: 'recursion', total: native.recursion },
    { stage: 'drain', reason: 'decode', total: native.undecodable },
  ];
  const seen = Object.fromEntries(Object.entries(KIND).map(([kind, index]) => [kind, native.seen[index] ?? 0]));
  return {
    seen: seen as Record<EventKind, number>,
    lost,
    late: native.late,
    ringUsed: native.ringUsed,
    ringSize: native.ringSize,
    drainLag: lag / 1e9,
    scanAge: native.scanAge / 1e9,
    probes: native.probes,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
