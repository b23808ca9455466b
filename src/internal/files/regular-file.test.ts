import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Invalid } from '../invalid.ts';
import { readRegularFile } from './regular-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'connwatch-regular-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);

describe('readRegularFile', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 131_072])('reads %d bytes, and refuses one less than that as too many', (size) => {
    const bytes = Buffer.alloc(size, 'x');
    writeFileSync(path('file'), bytes);
    symlinkSync(path('file'), path(`link-${size}`));
    expect(readRegularFile(path(`link-${size}`), size).equals(bytes)).toBe(true);
    if (size > 0) expect(() => readRegularFile(path('file'), size - 1)).toThrow(Invalid);
  });

  it('reads what has no size', () => {
    expect(readRegularFile('/proc/self/status', 1 << 20).toString()).toMatch(/^Name:/);
  });

  it('says how large it may be', () => {
    writeFileSync(path('large'), Buffer.alloc((1 << 20) + 1));
    expect(() => readRegularFile(path('large'), 1 << 20)).toThrow('it is larger than 1 MiB');
    expect(() => readRegularFile(path('large'), 1 << 16)).toThrow('it is larger than 64 KiB');
  });

  it('refuses what is special, without waiting for it', async () => {
    execFileSync('mkfifo', [path('pipe')]);
    expect(() => readRegularFile(path('pipe'), 10)).toThrow('it is a pipe, not a regular file');
    expect(() => readRegularFile('/dev/zero', 10)).toThrow('it is a device, not a regular file');
    const server = createServer().listen(path('socket'));
    await once(server, 'listening');
    expect(() => readRegularFile(path('socket'), 10)).toThrow('it is a socket, not a regular file');
    server.close();
  });

  it("leaves the rest to the system's words", () => {
    expect(() => readRegularFile(folder, 10)).toThrow(expect.objectContaining({ code: 'EISDIR' }));
    expect(() => readRegularFile(path('none'), 10)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });
});
