// Around each file of tests of the kernel project: what it opens, it closes.
import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { mappedBpf, openFiles } from './files.ts';
import { until } from './until.ts';

/** Descriptors and memory of BPF, and processes that were started. */
function held() {
  const children = readdirSync('/proc/self/task').flatMap((thread) => {
    try {
      return readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean);
    } catch {
      return []; // a thread that has ended, or a kernel that does not tell
    }
  });
  return { files: openFiles(), mapped: mappedBpf(), children };
}

let before: ReturnType<typeof held>;
beforeAll(() => {
  before = held();
});
afterAll(async () => {
  await until(held, before);
});
