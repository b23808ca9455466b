import { readFileSync, statSync } from 'node:fs';
import { oneLine } from '../internal/errors.ts';
import type { Logger } from '../internal/log.ts';
import { parseSnmp } from '../internal/procfs.ts';
import { Drift } from '../metrics/index.ts';

/** The drift against this process's own network namespace; undefined, and said, where it can't be read. */
export function ownDrift(log: Logger): Drift | undefined {
  try {
    const read = () => parseSnmp(readFileSync('/proc/self/net/snmp', 'utf8'));
    read();
    return new Drift({ netns: statSync('/proc/self/ns/net').ino, read });
  } catch (error) {
    log.warn({ error: oneLine(error) }, "the kernel's own counters can't be read: no drift is told");
    return undefined;
  }
}
