import { closeSync, openSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ownProcess, parseMaxFiles, parseVmSize } from './own-process.ts';

it('reads what the kernel writes', () => {
  expect(parseVmSize('Name:\tnode\nVmPeak:\t  999 kB\nVmSize:\t 1234567 kB\nVmLck:\t0 kB\n')).toBe(1_264_196_608);
  expect(parseVmSize('Name:\tkthreadd\n')).toBeUndefined();
  const limits = (soft: string) => `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${soft}                 524288               files     \n`;
  expect([limits('1024'), limits('unlimited'), ''].map(parseMaxFiles)).toEqual([1024, Infinity, undefined]);
});

it('counts the open files of this process', () => {
  const before = ownProcess();
  const opened = Array.from({ length: 7 }, () => openSync('/dev/null', 'r'));
  expect(ownProcess().openFiles).toBe(before.openFiles! + 7);
  opened.forEach((file) => closeSync(file));
  expect(ownProcess().openFiles).toBe(before.openFiles);
  expect(before.maxFiles).toBe(parseMaxFiles(readFileSync('/proc/self/limits', 'utf8')));
  expect(before.virtualMemory).toBeGreaterThan(process.memoryUsage.rss());
});

it('leaves out what cannot be read', () => {
  expect(ownProcess('/nowhere')).toEqual({ virtualMemory: undefined, openFiles: undefined, maxFiles: undefined });
});
