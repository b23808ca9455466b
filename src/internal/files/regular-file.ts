import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { Invalid } from '../invalid.ts';

const CHUNK = 64 * 1024;
const MIB = 1024 * 1024;

/**
 * Reads a file that a user named. Never waits, and never reads without end: it
 * must be a regular one, in contrast to a pipe or a device, and not larger than
 * `limit` bytes. A folder is left to the system to refuse.
 * @throws Invalid for these, and the system's error for the rest
 */
export function readRegularFile(path: string, limit: number): Buffer {
  // Before it is opened: to open a device can do something. And after, when it can have become another.
  refuseSpecial(statSync(path));
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    refuseSpecial(fstatSync(file));
    const chunks: Buffer[] = [];
    // Not by the size of stat: a file may grow, and those of /proc have none.
    for (let length = 0; ; ) {
      const chunk = Buffer.alloc(CHUNK);
      const read = readSync(file, chunk);
      if (read === 0) return Buffer.concat(chunks);
      length += read;
      if (length > limit) throw new Invalid(`it is larger than ${limit % MIB === 0 ? `${limit / MIB} MiB` : `${limit / 1024} KiB`}`);
      chunks.push(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}

/** @throws Invalid unless it is a regular file or a folder */
export function refuseSpecial(stats: Stats): void {
  if (stats.isFile() || stats.isDirectory()) return;
  const kind = stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device';
  throw new Invalid(`it is ${kind}, not a regular file`);
}
