// `npm run bench`: runs the benchmarks, and prints their results and whether they meet our goals.
import { BENCHMARKS } from './benchmarks.ts';
import { cleanUpAtTheEnd } from './lib/cleanup.ts';
import { describeHost } from './lib/host.ts';
import { goFirst } from './lib/priority.ts';
import { parseOptions, UsageError } from './options.ts';
import { isMet, table } from './rows.ts';

const say = (text: string): void => void process.stderr.write(text);
const print = (text: string): void => void process.stdout.write(text);

const HELP = `npm run bench -- [name ...] [--quick] [--first] [--json]

Measures what connwatch costs on this machine. Compared values come from one run, in
which the variants take turns. A missed goal is reported, but is not an error.

${BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(9)} ${about}\n`).join('')}
  --quick   fewer and shorter runs: to check that it works, not for publishing
  --first   runs with the highest priority: for a busy machine; needs root
  --json    one JSON object instead of tables
  --help    this text
`;

async function main(args: readonly string[]): Promise<number> {
  const names = (some: typeof BENCHMARKS) => some.map(({ name }) => name);
  const options = parseOptions(args, names(BENCHMARKS), names(BENCHMARKS.filter(({ apart }) => apart !== true)));
  if (options.help) {
    print(HELP);
    return 0;
  }
  if (options.first && options.names.includes('flood')) throw new UsageError('flood has ordinary priority: with --first those who flood would be first, too.');
  cleanUpAtTheEnd();
  if (options.first) goFirst();
  const host = describeHost();
  const found: Record<string, unknown> = {};
  if (!options.json) print(`${host}\n`);
  for (const name of options.names) {
    const benchmark = BENCHMARKS.find((each) => each.name === name)!;
    const refusal = benchmark.refusal?.();
    if (refusal !== undefined) {
      say(`bench: ${name} can't run here: ${refusal}\n`);
      found[name] = { skipped: refusal };
      continue;
    }
    const { rows, notes } = await benchmark.run({ quick: options.quick, say: (text) => say(`bench: ${name}: ${text}\n`) });
    found[name] = { rows: rows.map((row) => ({ ...row, met: isMet(row) })), notes };
    if (!options.json) print(`\n## ${name}\n\n${table(rows)}${notes.map((note) => `\n${note}\n`).join('')}`);
  }
  if (options.json) print(`${JSON.stringify({ host, found }, undefined, 2)}\n`);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  say(`connwatch: bench: ${error.message}\n  do:  npm run bench -- --help\n`);
  process.exitCode = 2;
}
