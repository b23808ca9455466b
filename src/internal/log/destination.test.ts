import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { standardError } from './destination.ts';

const LINE = (n: number): string => `${n} ${'.'.repeat(1000)}\n`;

const bytes = Buffer.alloc(64 * 1024);

/** Reads the content of a pipe. */
function read(fd: number): string {
  try {
    return bytes.toString('latin1', 0, readSync(fd, bytes));
  } catch (error) {
    expect(error).toMatchObject({ code: 'EAGAIN' });
    return '';
  }
}

describe('standardError', () => {
  let folder: string;
  const open: number[] = [];
  const opened = (path: string, flags: number): number => {
    const fd = openSync(path, flags, 0o600);
    open.push(fd);
    return fd;
  };
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'connwatch-log-'))));
  afterEach(() => {
    for (const fd of open.splice(0)) closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  it('waits for nobody who reads a pipe: what there is room for waits, the rest is counted', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = opened(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const droppedTimes: number[] = [];
    const stream = standardError({ fd: opened(path, constants.O_WRONLY), onDropped: (lines) => void droppedTimes.push(lines) });
    const count = 3000;
    for (let n = 0; n < count; n++) stream.write(LINE(n));

    let said = '';
    for (let last = false; ; ) {
      const more = read(reader);
      said += more;
      if (more !== '') continue;
      if (last) break;
      await setImmediate();
      last = droppedTimes.length > 0;
    }
    const lines = said.split(/(?<=\n)/);
    expect(lines).toEqual(lines.map((_, n) => LINE(n)));
    expect(droppedTimes).toEqual([count - lines.length]);
    expect(said.length).toBeGreaterThan(1024 * 1024 - LINE(0).length);
  }, 60_000);

  it('writes into a file at once, behind what is there', () => {
    const path = join(folder, 'file');
    const fd = opened(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND);
    standardError({ fd, onDropped: () => {} }).write('one\n');
    standardError({ fd, onDropped: () => {} }).write('two\n');
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });
});
