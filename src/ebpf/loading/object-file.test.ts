import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Manager } from '../manager.ts';
import { kernelProbe } from '../probe.ts';
import { objectFile } from './object-file.ts';

it('is not waited for where it is a pipe', () => {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-object-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const refused = expect.objectContaining({ code: 'CW_BPF_OPEN', message: expect.stringContaining(`${path}: it is a pipe, not a regular file.`) });
  expect(() => objectFile(path)).toThrow(refused);
  expect(() => new Manager({ objectPath: path }).start()).toThrow(refused);
  expect(() => kernelProbe().object({ attach: 'auto', objectPath: path, ringSize: 4096 })).toThrow(refused);
});

it('is left to libbpf where it is not there, or a regular file', () => {
  for (const path of ['/nowhere', import.meta.filename]) expect(objectFile(path)).toBe(path);
  expect(objectFile()).toMatch(/connwatch\.bpf\.o$/);
});
