import type { Refused } from '../ebpf/loading/rungs.ts';
import type { Logger } from '../internal/log/log.ts';
import { LACKS, type Rung } from '../words/rungs.ts';

/** Logs why the better ways to attach were refused, and what the one in use lacks. */
export function logAttached({ rung, refused }: { readonly rung: Rung | undefined; readonly refused: readonly Refused[] }, log: Pick<Logger, 'warn'>): void {
  for (const { rung: better, reason } of refused) log.warn({ attach: better, reason }, 'the kernel refused a better way to attach');
  if (rung !== undefined && LACKS[rung].length > 0) log.warn({ attach: rung, lacks: LACKS[rung] }, 'attached in a way that lacks something');
}
