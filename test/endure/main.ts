// `npm run endure`: soak, faults and fuzzing, and a report. What it says: --help.
import { writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { noKernel, at } from '../harness/host.ts';
import { Random } from '../harness/random.ts';
import { fuzzAll } from '../fuzz/run.ts';
import type { Fuzzed } from '../fuzz/fuzzed.ts';
import type { Outcome } from './fault.ts';
import { FAULTS } from './faults/index.ts';
import { HELP, listText } from './help.ts';
import { type Options, parseOptions, UsageError } from './options.ts';
import { type Campaign, fuzzLine, reportOf, soakLine, terminalText } from './report.ts';
import { runFault } from './run.ts';
import { soak, type Soaked } from './soak.ts';

const PARTS = [...FAULTS.map(({ name }) => name), 'soak', 'fuzz'];

const say = (text: string): void => void process.stderr.write(text);

/** @returns exit code: 0 when everything that was made holds */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, PARTS);
  if (options.help) return print(HELP);
  if (options.list) return print(listText(FAULTS));
  if (noKernel !== undefined) {
    say(`endure: it can't be done here: ${noKernel}\n`);
    return 1;
  }
  for (const [signal, number] of [['SIGINT', 2], ['SIGTERM', 15], ['SIGHUP', 1]] as const) process.on(signal, () => process.exit(128 + number));
  const campaign = await make(options, ['npm run endure', ...(args.length === 0 ? [] : ['--', ...args])].join(' '));
  if (options.json) print(`${JSON.stringify(campaign, undefined, 2)}\n`);
  if (options.write) writeFileSync(at('docs', 'reliability.md'), reportOf(campaign));
  return holds(campaign) ? 0 : 1;
}

async function make(options: Options, command: string): Promise<Campaign> {
  const start = performance.now();
  const random = new Random();
  const line = (text: string) => void (options.json ? process.stderr : process.stdout).write(text);
  const outcomes: Outcome[] = [];
  for (const fault of FAULTS.filter(({ name }) => options.parts.includes(name))) {
    const outcome = await runFault(fault, random);
    outcomes.push(outcome);
    line(terminalText(outcome));
  }
  const progress = (part: string) => (text: string) => say(`endure: ${part}: ${text}\n`);
  let soaked: Soaked | undefined;
  if (options.parts.includes('soak')) {
    soaked = await soak({ milliseconds: options.soak, rate: options.rate, random, say: progress('soak') });
    line(soakLine(soaked));
  }
  let fuzzed: Fuzzed[] | undefined;
  if (options.parts.includes('fuzz')) {
    fuzzed = await fuzzAll({ inputs: options.inputs, say: progress('fuzz') });
    for (const one of fuzzed) line(fuzzLine(one));
  }
  const cpu = cpus();
  return {
    command,
    date: new Date().toISOString().slice(0, 10),
    kernel: release(),
    node: process.versions.node,
    machine: `${cpu.length} CPUs (${cpu[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB`,
    minutes: (performance.now() - start) / 60_000,
    outcomes,
    ...(soaked && { soak: soaked }),
    ...(fuzzed && { fuzz: fuzzed }),
    left: PARTS.filter((name) => !options.parts.includes(name)),
  };
}

function holds({ outcomes, soak, fuzz = [] }: Campaign): boolean {
  return [...outcomes, ...(soak ? [soak] : []), ...fuzz].every(({ state }) => state !== 'no');
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  say(`connwatch: endure: ${error.message}\n  do:  npm run endure -- --help\n`);
  process.exitCode = 2;
}
