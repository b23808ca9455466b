import { readFileSync, readdirSync } from 'node:fs';

/** What the kernel says about this process, for the metrics that all Prometheus clients have. A fact that cannot be read is undefined. */
export interface OwnProcess {
  /** Bytes. */
  readonly virtualMemory: number | undefined;
  readonly openFiles: number | undefined;
  /** The soft limit; Infinity: none. */
  readonly maxFiles: number | undefined;
}

/** Takes some 50 us. */
export function ownProcess(root = '/proc/self'): OwnProcess {
  return {
    virtualMemory: attempt(() => parseVmSize(readFileSync(`${root}/status`, 'utf8'))),
    // To list the folder opens it.
    openFiles: attempt(() => readdirSync(`${root}/fd`).length - 1),
    maxFiles: attempt(() => parseMaxFiles(readFileSync(`${root}/limits`, 'utf8'))),
  };
}

export function parseVmSize(status: string): number | undefined {
  const kilobytes = /^VmSize:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

export function parseMaxFiles(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+|unlimited)\s/m.exec(limits)?.[1];
  if (soft === undefined) return undefined;
  return soft === 'unlimited' ? Infinity : Number(soft);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
