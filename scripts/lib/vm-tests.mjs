import { appendFileSync, writeFileSync } from 'node:fs';
import { isRoot } from './host.mjs';
import { at, shown } from './paths.mjs';
import { Refusal } from './refusal.mjs';
import { which } from './run.mjs';
import { summarise } from './test-summary.mjs';
import { vitest } from './tests.mjs';
import { QEMU, runInVm, virtiofsd } from './vm-boot.mjs';
import { KERNELS, fetchKernel } from './vm-kernels.mjs';
import { table } from './vm-table.mjs';

/** How long a test in a guest looks for what it expects: under emulation all takes ten times as long. */
const PATIENCE_MS = 60_000;

const say = (text) => process.stderr.write(`vm: ${text}\n`);

/**
 * Runs tests on other kernels, each in a virtual machine, and prints a table.
 * @param {string[]} args kernels, as `6.1`; none: all. Then what Vitest shall run in place of the kernel's tests, or
 *   `--exec` and a command to run instead of tests.
 * @returns {Promise<number>} exit code
 */
export async function testInVms(args) {
  const { kernels, exec, rest } = parse(args);
  const why = whyNot();
  const rows = [];
  for (const kernel of kernels) rows.push(why ? { kernel, skipped: why } : await onKernel(kernel, { exec, rest }));
  process.stdout.write(table(rows));
  return rows.some(({ ok }) => ok) && rows.every(({ ok, skipped }) => ok || skipped) ? 0 : 1;
}

/** @throws Refusal when a kernel is named that is not in the table */
export function parse(args) {
  const isVersion = (word) => /^\d+\.\d+$/.test(word);
  const count = args.findIndex((word) => !isVersion(word));
  const names = count < 0 ? args : args.slice(0, count);
  const [first, ...others] = args.slice(names.length);
  const unknown = names.filter((name) => KERNELS.every((kernel) => kernel.name !== name));
  if (unknown.length > 0)
    throw new Refusal(`there is no kernel ${unknown.join(', ')} to test on.`, {
      why: `the kernels are ${KERNELS.map(({ name }) => name).join(', ')}.`,
      todo: 'name some of them, or none for all.',
    });
  const kernels = KERNELS.filter(({ name }) => names.length === 0 || names.includes(name));
  if (first === '--exec') return { kernels, exec: others.join(' '), rest: [] };
  return { kernels, exec: undefined, rest: first === undefined ? [] : [first, ...others] };
}

function whyNot() {
  if (process.arch !== 'x64') return 'guests are x64, and see the root file system of a host that has to be the same';
  if (!isRoot()) return 'serving the root file system to a guest needs root';
  if (!which(QEMU)) return `there is no ${QEMU} (Debian: qemu-system-x86)`;
  if (!virtiofsd()) return 'there is no virtiofsd (Debian: qemu-system-common or virtiofsd)';
  const missing = ['busybox', 'cpio', 'modprobe', 'xz'].filter((name) => !which(name));
  return missing.length > 0 ? `there is no ${missing.join(', no ')}` : undefined;
}

async function onKernel(kernel, { exec, rest }) {
  let fetched;
  try {
    fetched = await fetchKernel(kernel);
  } catch (error) {
    say(`${kernel.name}: skipped: ${error.message}`);
    return { kernel, skipped: error.message };
  }
  say(`${kernel.name}: ${fetched.release}`);
  const live = exec !== undefined;
  const command = exec ?? testCommand(kernel, rest);
  const onOutput = live ? (text) => process.stdout.write(text) : logTo(at('.cache', 'vm', `${kernel.name}.log`));
  const ended = await runInVm(fetched, command, { onOutput });
  const ok = ended.code === 0;
  if (!ok && !live) process.stdout.write(ended.output);
  if (ended.code === undefined) say(`${kernel.name}: the guest did not get to the end, after ${ended.seconds.toFixed(0)} s`);
  if (live) return { kernel, fetched, ended, ok };
  const { counts, lines, ok: good } = summarise(read(ended.results), { kernelMustRun: true });
  for (const line of lines) say(`${kernel.name}: ${line}`);
  return { kernel, fetched, ended, counts, ok: ok && good };
}

/** For those who do not want to wait for the end to see how far it is. */
function logTo(file) {
  writeFileSync(file, '');
  say(`what it prints: ${shown(file)}`);
  return (text) => appendFileSync(file, text);
}

function testCommand(kernel, rest) {
  const environment = {
    CI: '1',
    CONNWATCH_TEST_VM: kernel.name,
    CONNWATCH_TEST_PATIENCE: `${PATIENCE_MS}`,
    CONNWATCH_TEST_RESULTS: '/run/results',
  };
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  // With options alone, such as -t, the kernel's own tests are meant.
  const files = rest.some((word) => word.startsWith('test/')) ? [] : kernel.tests;
  return `exec env ${[...variables, ...vitest([...files, ...rest])].map(quote).join(' ')}`;
}

const quote = (word) => `'${word.replaceAll("'", "'\\''")}'`;

function read(results) {
  try {
    return JSON.parse(results);
  } catch {
    return { outcomes: [], broken: ['Vitest in the guest ended without results'] };
  }
}
