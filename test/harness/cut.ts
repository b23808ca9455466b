import { firstValueFrom } from 'rxjs';
import { filter } from 'rxjs/operators';
import type { Batch, Cut, Manager } from '../../src/ebpf/index.ts';

/** Asks for a cut and awaits it. */
export async function cutOf(manager: Manager): Promise<Cut> {
  const next = firstValueFrom(manager.batches.pipe(filter((batch: Batch) => batch.cut !== undefined)));
  manager.requestCut();
  return (await next).cut!;
}
