import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { Invalid } from '../invalid.ts';

const CHUNK = 64 * 1024;
const MIB = 1024 * 1024;

/**
 * Reads a file named by a user. Never blocks and never reads without end: it must be a
 * regular file, not a pipe or a device, of at most `limit` bytes. The system itself
 * refuses a directory.
 * @throws Invalid for these, and the system's error otherwise
 */
export function readRegularFile(path: string, limit: number): Buffer {
  // Check before opening, because opening a device can have effects, and after, because the file may have been replaced.
  refuseSpecial(statSync(path));
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    refuseSpecial(fstatSync(file));
    const chunks: Buffer[] = [];
    // Do not rely on stat's size: a file may grow, and files in /proc have none.
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

/** @throws Invalid unless it is a regular file or a directory */
export function refuseSpecial(stats: Stats): void {
  if (stats.isFile() || stats.isDirectory()) return;
  const kind = stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device';
  throw new Invalid(`it is ${kind}, not a regular file`);
}
