import type { Fuzzed } from '../fuzz/fuzzed.ts';
import { show } from './checks.ts';
import type { Check } from './check.ts';
import type { Outcome } from './fault.ts';
import type { Soaked } from './soak.ts';

/** What a campaign found, and where. */
export interface Campaign {
  readonly command: string;
  /** ISO, a day. */
  readonly date: string;
  readonly kernel: string;
  readonly node: string;
  readonly machine: string;
  readonly minutes: number;
  readonly outcomes: readonly Outcome[];
  readonly soak?: Soaked;
  readonly fuzz?: readonly Fuzzed[];
  /** Parts that --only left out. */
  readonly left?: readonly string[];
}

/** docs/reliability.md. */
export function reportOf({ outcomes, soak, fuzz, left = [], ...made }: Campaign): string {
  const parts = [
    HEAD,
    `Made on ${made.date} by \`${made.command}\` in ${Math.round(made.minutes)} minutes: Linux ${made.kernel}, Node.js ${made.node}, ${made.machine}.`,
    ...(left.length === 0 ? [] : [`Not run this time: ${left.map((name) => `\`${name}\``).join(', ')}.`]),
    `## Faults\n\n${FAULTS_TEXT}\n\n${tableOf(['fault', 'what is done', 'what must hold', 'what was counted', 'holds'], outcomes.map(rowOf))}`,
    ...(soak === undefined ? [] : [`## Soak\n\n${soakText(soak)}`]),
    ...(fuzz === undefined ? [] : [`## Fuzzing\n\n${FUZZ_TEXT}\n\n${tableOf(['input of', 'by', 'inputs', 'failures', 'holds'], fuzz.map(fuzzRow))}`]),
  ];
  return `${parts.join('\n\n')}\n`;
}

const HEAD = `# Reliability

<!-- Made by \`npm run endure -- --write\`. Do not edit. -->

What was done to a running agent, what must hold, and what was counted. The numbers that an agent must show come from
the program that makes the connections and from the kernel's own counters. The command takes minutes; \`--soak 4h\` makes
it hours, and \`npm run endure -- --help\` says what else there is. Its exit code is not 0 when one of the rows says no.`;

const FAULTS_TEXT = `Half of the connections are accepted, half of them refused. *Drift* is the agent's totals minus the kernel's, in the
network namespace of the connections; *left* is what remains in the kernel when the agent has ended. The agent has the
privileges that the chart gives it.`;

const FUZZ_TEXT = `The record decoder runs under libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer. Each parser gets random
inputs and broken copies of good ones; it must return what its type says or refuse it with its own error, and read back
what the project writes.`;

function rowOf({ name, done, must, state, why, checks }: Outcome): string[] {
  return [`\`${name}\``, done, must, countedText(checks, why), verdict(state)];
}

function countedText(checks: readonly Check[], why: string | undefined): string {
  const parts = checks.map(({ what, counted, expected, holds }) => `${what}: ${counted}${holds ? '' : ` (**must be ${expected}**)`}`);
  return [...(why === undefined ? [] : [why]), ...parts].join('; ');
}

function soakText(soaked: Soaked): string {
  const { minutes, asked, made, connections, lost, memory, slope, state, why, checks } = soaked;
  const rows = [
    ['length', `${minutes.toFixed(1)} min`],
    ['connections per second, asked for', show(asked)],
    ['connections per second, made on this machine', show(Math.round(made))],
    ['connections', show(connections)],
    ['records lost', show(lost)],
    ['resident memory at the end', `${memory.toFixed(0)} MB`],
    ['slope of resident memory', `${signed(slope.perHour)} MB/h, standard error ${slope.error.toFixed(1)} MB/h`],
    ...checks.map(({ what, counted, expected, holds }) => [what, `${counted}${holds ? '' : ` (**must be ${expected}**)`}`]),
    ['holds', [verdict(state), ...(why === undefined ? [] : [why])].join(': ')],
  ];
  return `Ever new processes of two programs; a scrape after each round of 5 s. The slope is that of the last 70 % of the time,\nby least squares: of minutes it is known roughly, of hours well.\n\n${tableOf(['figure', 'value'], rows)}`;
}

function fuzzRow({ what, by, inputs, failures, why, state }: Fuzzed): string[] {
  return [what, by, inputs === undefined ? '' : show(inputs), failures === undefined ? (why ?? '') : [show(failures), ...(why === undefined ? [] : [why])].join(': '), verdict(state)];
}

const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(1)}`;

const verdict = (state: 'yes' | 'no' | 'skipped'): string => (state === 'no' ? '**no**' : state);

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** A cell is one line. */
const escaped = (cell: string): string => cell.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** One line for a terminal, and one more for each thing that did not hold. */
export function terminalText({ name, state, why, checks, seconds }: Outcome): string {
  const missed = checks.filter(({ holds }) => !holds).map(({ what, counted, expected }) => `         ${what}: ${counted}; must be ${expected}\n`);
  return `${state.padEnd(8)} ${name.padEnd(22)} ${seconds.toFixed(1).padStart(6)} s  ${why ?? `${checks.length} checks`}\n${missed.join('')}`;
}

export function soakLine({ state, why, minutes, made, lost, slope, checks }: Soaked): string {
  const text = `${minutes.toFixed(1)} min, ${show(Math.round(made))} connections/s, lost ${show(lost)}, memory ${signed(slope.perHour)} MB/h`;
  return terminalText({ name: 'soak', done: '', must: '', state, why: [text, ...(why === undefined ? [] : [why])].join('; '), checks, seconds: minutes * 60 });
}

export function fuzzLine({ what, by, state, inputs = 0, failures = 0, why }: Fuzzed): string {
  return `${state.padEnd(8)} fuzz: ${what} (${by}): ${show(inputs)} inputs, ${show(failures)} failures${why === undefined ? '' : `: ${why}`}\n`;
}
