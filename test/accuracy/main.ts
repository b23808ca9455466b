import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { at, noKernel } from '../harness/host.ts';
import { startAgents } from './agents.ts';
import { CHAPTERS } from './cases/index.ts';
import { chosen } from './report/chapters.ts';
import { markdownTable, summary, terminalLine } from './report/table.ts';
import { runCases } from './run.ts';

const USAGE = `npm run accuracy [-- [--json] [--write] [--list] [WORD...]]: runs all cases, or those with a WORD in their name or chapter.
  --json   prints results as JSON on standard output, progress on standard error
  --write  writes docs/internals/accuracy.md again; needs all cases
  --list   prints the names of the cases, runs none
  --help   this text
`;

const FLAGS = new Set(['--json', '--write', '--list', '--help', '-h']);
const LANES = 12;
const PATIENCE = 120;

/** @returns exit code: 0 when all that can be made here came out as expected */
async function main(args: readonly string[]): Promise<number> {
  const flags = new Set(args.filter((arg) => arg.startsWith('-')));
  const words = args.filter((arg) => !flags.has(arg));
  const chapters = chosen(CHAPTERS, words);
  if (flags.has('--help') || flags.has('-h')) return print(USAGE);
  if ([...flags].some((flag) => !FLAGS.has(flag)) || (flags.has('--write') && words.length > 0)) return fail(USAGE, 2);
  const unknown = words.filter((word) => chosen(CHAPTERS, [word]).length === 0);
  if (unknown.length > 0) return fail(`accuracy: no case matches ${unknown.join(', ')}; --list prints the names\n`, 2);
  if (flags.has('--list')) return print(chapters.flatMap(({ title, cases }) => cases.map(({ name }) => `${title}: ${name}\n`)).join(''));
  if (noKernel !== undefined) return fail(`accuracy: cannot run here: ${noKernel}\n`, 1);

  await using stack = new AsyncDisposableStack();
  const lines = flags.has('--json') ? process.stderr : process.stdout;
  const verdicts = await runCases(chapters, {
    agents: await startAgents(stack),
    lanes: LANES,
    patience: PATIENCE,
    onVerdict: (verdict) => void lines.write(terminalLine(verdict)),
  });
  if (flags.has('--json')) print(`${JSON.stringify(verdicts, undefined, 2)}\n`);
  if (flags.has('--write')) {
    const table = markdownTable(verdicts, { kernel: release(), date: new Date().toISOString().slice(0, 10) });
    writeFileSync(at('docs', 'internals', 'accuracy.md'), `${readFileSync(at('test', 'accuracy', 'report', 'head.md'), 'utf8')}\n${table}`);
  }
  lines.write(`\naccuracy: ${summary(verdicts)}\n`);
  return verdicts.some(({ state }) => state === 'differs') ? 1 : 0;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function fail(text: string, code: number): number {
  process.stderr.write(text);
  return code;
}

process.exitCode = await main(process.argv.slice(2));
