import { readFileSync } from 'node:fs';

/** Resident memory of a process, MB of 10^6 bytes; undefined when it is gone. */
export function residentOf(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : (Number(kilobytes) * 1024) / 1e6;
  } catch {
    return undefined;
  }
}

export interface Watch extends Disposable {
  /** The most that was seen so far. */
  readonly most: () => number;
}

/** Reads the resident memory of a process five times a second. */
export function watchMemory(pid: number): Watch {
  let most = 0;
  const look = () => void (most = Math.max(most, residentOf(pid) ?? 0));
  look();
  const timer = setInterval(look, 200);
  return { most: () => (look(), most), [Symbol.dispose]: () => clearInterval(timer) };
}
