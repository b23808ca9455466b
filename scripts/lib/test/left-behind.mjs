import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { at } from '../paths.mjs';
import { run } from '../run.mjs';

/** Variable that every process of a run inherits. Its name does not begin with CONNWATCH_, because the agent would refuse it. */
const MARK = 'TEST_RUN_MARK';
/** File in which the tests list the objects that they make, one per line: `prog 12`, `netns NAME` (test/harness/kernel/made.ts). */
const MADE = 'CONNWATCH_TEST_MADE';

// The kernel frees BPF objects shortly after their last user has ended.
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

/**
 * Finds what a test run leaves behind: processes, BPF programs, maps and links, network namespaces. It looks only
 * for those of this run, because others may test on the same kernel.
 * @param {string} folder of the run
 */
export function watchRun(folder) {
  const mark = randomUUID();
  const made = join(folder, 'made');
  return {
    environment: { [MARK]: mark, [MADE]: made },
    /** Objects that still exist after some time, one per line. @returns {Promise<string[]>} */
    async leftBehind(patience = PATIENCE_MS) {
      const end = performance.now() + patience;
      for (;;) {
        const left = [...processesWith(`${MARK}=${mark}`), ...(await madeAndThere(made))];
        if (left.length === 0 || performance.now() > end) return left;
        await delay(PAUSE_MS);
      }
    },
  };
}

function processesWith(variable) {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const marked = numbers.filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(variable));
  return marked.map((pid) => `process ${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()}`);
}

async function madeAndThere(file) {
  const lines = [...new Set(read(file).split('\n').filter(Boolean))];
  if (lines.length === 0) return [];
  const { stdout } = await run(at('build', 'test-tools', 'bpfids'), []);
  const there = new Set(stdout.split('\n'));
  return lines.filter((line) => there.has(line) || (line.startsWith('netns ') && existsSync(`/run/netns/${line.slice(6)}`)));
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // gone, or not ours to read
  }
}
