import { appendFileSync, writeFileSync } from 'node:fs';
import { at, shown } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { summarise } from '../test/summary.mjs';
import { vitest } from '../test/tests.mjs';
import { STEADY, runInVm, whyNoVm } from './boot.mjs';
import { KERNELS, fetchKernel } from './kernels.mjs';
import { table } from './table.mjs';

/** Time-out for the expectations of a test in a guest: under emulation everything takes ten times as long. */
const PATIENCE_MS = 60_000;

const say = (text) => process.stderr.write(`vm: ${text}\n`);

/**
 * Runs tests on other kernels, each in a virtual machine, and prints a table.
 * @param {string[]} args kernels such as `6.1`; none means all. Then Vitest's arguments instead of the kernel's tests, or
 *   `--exec` and a command instead of tests. `--steady` before these: the guests' clocks count instructions.
 * @returns {Promise<number>} exit code
 */
export async function testInVms(args) {
  const { kernels, ...what } = parse(args);
  const why = whyNoVm();
  const rows = [];
  for (const kernel of kernels) rows.push(why ? { kernel, skipped: why } : await onKernel(kernel, what));
  process.stdout.write(table(rows));
  return rows.some(({ ok }) => ok) && rows.every(({ ok, skipped }) => ok || skipped) ? 0 : 1;
}

/** @throws Refusal for a kernel that is not in the table */
export function parse(args) {
  const isOurs = (word) => word === '--steady' || /^\d+\.\d+$/.test(word);
  const count = args.findIndex((word) => !isOurs(word));
  const [ours, rest] = count < 0 ? [args, []] : [args.slice(0, count), args.slice(count)];
  const names = ours.filter((word) => word !== '--steady');
  const unknown = names.filter((name) => KERNELS.every((kernel) => kernel.name !== name));
  if (unknown.length > 0)
    throw new Refusal(`there is no kernel ${unknown.join(', ')} to test on.`, {
      code: 'CW_SETUP_ARGUMENT',
      why: `the kernels are ${KERNELS.map(({ name }) => name).join(', ')}.`,
      todo: 'name some of them, or nothing for all.',
    });
  const kernels = KERNELS.filter(({ name }) => names.length === 0 || names.includes(name));
  const steady = ours.includes('--steady');
  if (rest[0] === '--exec') return { kernels, steady, exec: rest.slice(1).join(' '), rest: [] };
  return { kernels, steady, exec: undefined, rest };
}

async function onKernel(kernel, { steady, exec, rest }) {
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
  const ended = await runInVm(fetched, command, { onOutput, ...(steady && { emulation: STEADY }) });
  const ok = ended.code === 0;
  if (!ok && !live) process.stdout.write(ended.output);
  if (ended.code === undefined) say(`${kernel.name}: the guest did not get to the end, after ${ended.seconds.toFixed(0)} s`);
  if (live) return { kernel, fetched, ended, ok };
  const { counts, lines, ok: good } = summarise(read(ended.results), { kernelMustRun: true });
  for (const line of lines) say(`${kernel.name}: ${line}`);
  return { kernel, fetched, ended, counts, ok: ok && good };
}

/** Writes the output of a running guest to a file, so that its progress is visible. */
function logTo(file) {
  writeFileSync(file, '');
  say(`its output: ${shown(file)}`);
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
  // Options without a file, such as -t, apply to the kernel's own tests.
  const files = rest.some((word) => word.startsWith('test/')) ? [] : kernel.tests;
  // Verbose, so that the output lists passed tests even if the guest is ended before the end.
  // Before Linux 5.11 BPF maps count against RLIMIT_MEMLOCK, which a container without CAP_SYS_RESOURCE can't raise.
  return `ulimit -l unlimited; exec env ${[...variables, ...vitest([...files, ...rest], 'verbose')].map(quote).join(' ')}`;
}

const quote = (word) => `'${word.replaceAll("'", "'\\''")}'`;

function read(results) {
  try {
    return JSON.parse(results);
  } catch {
    return { outcomes: [], broken: ['Vitest in the guest ended without results'] };
  }
}
