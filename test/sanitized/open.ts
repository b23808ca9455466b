import { writeSync } from 'node:fs';
import { loadBinding } from '../../src/ebpf/binding.ts';
import type { Session } from '../../src/ebpf/session.ts';
import { EXPONENTIAL, HANDSHAKE_BOUNDS, LIFE_BOUNDS, exponentialBounds } from '../../src/words/columns.ts';
import type { Config } from '../../src/ebpf/config.ts';
import { bpfHeldBy } from '../harness/kernel/bpf.ts';
import { at } from '../harness/paths.ts';

/** What happens to an addon, by name; each in a process of its own. */
export type Scenarios = Readonly<Record<string, () => Promise<void> | void>>;

/** Small enough that everything runs full: the ring, the batches, the slots for start records. */
export const TINY: Partial<Config> = { ringSize: 4096, connSlots: 16, batchSize: 8, coalesce: 0 };

/** Tells the test, which has a file to note it in, what this process holds now. From a worker, too. */
export function tellHeld(): void {
  writeSync(1, bpfHeldBy(process.pid).map((object) => `${object}\n`).join(''));
}

const BOUNDS = {
  bounds: { handshake: HANDSHAKE_BOUNDS, life: LIFE_BOUNDS },
  exponentialBounds: { handshake: exponentialBounds(EXPONENTIAL.handshake), life: exponentialBounds(EXPONENTIAL.life) },
};

/** Without a Manager, which calls it in the order that is right. */
export function session({ ringSize = 8 << 20, connSlots = 65_536, batchSize = 4096, seriesLimit = 20, syncFailures = 'auto', immediate = true }: Partial<Config> = TINY): Session {
  const path = at('build', 'connwatch.bpf.o');
  const opened = new (loadBinding().Session)({ path, ringSize, connSlots, batchSize, seriesLimit, syncFailures, immediate, ...BOUNDS }, () => {});
  tellHeld();
  return opened;
}
