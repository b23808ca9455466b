import type { Verdict } from '../judge.ts';
import { formatKernel, formatTallies, LEGEND } from './format.ts';

/** One row: a case that came out the same in both families is one. */
interface Row {
  readonly families: string;
  readonly verdict: Verdict;
}

export interface Where {
  readonly kernel: string;
  readonly date: string;
}

/** The table of docs/internals/accuracy.md, by chapters. */
export function markdownTable(verdicts: readonly Verdict[], { kernel, date }: Where): string {
  const chapters = Map.groupBy(verdicts, ({ chapter }) => chapter);
  const parts = [...chapters].map(([chapter, of]) => [`### ${chapter}`, '', ...HEAD, ...rowsOf(of).map(markdownRow), ''].join('\n'));
  return [`${summary(verdicts)} Linux ${kernel}, ${date}.`, '', `In the column of the kernel: ${LEGEND}.`, '', ...parts].join('\n');
}

export function summary(verdicts: readonly Verdict[]): string {
  const count = (state: Verdict['state']) => verdicts.filter((verdict) => verdict.state === state).length;
  const cases = new Set(verdicts.map(({ chapter, name }) => `${chapter}: ${name}`)).size;
  return `${cases} cases, ${verdicts.length} with both address families: ${count('ok')} ok, ${count('differs')} different, ${count('cannot')} can't be made here.`;
}

const HEAD = ['| case | how it is made | expected | the kernel | came out |', '|---|---|---|---|---|'];

function rowsOf(verdicts: readonly Verdict[]): Row[] {
  const result = (verdict: Verdict) => JSON.stringify([verdict.name, verdict.state, verdict.why, cameOut(verdict)]);
  return [...Map.groupBy(verdicts, result).values()].map((same) => ({
    families: same.map(({ family }) => family).join(', '),
    verdict: same[0]!,
  }));
}

function markdownRow({ families, verdict }: Row): string {
  const { name, made, expected, kernel } = verdict;
  const cells = [`${name} (${families})`, made, formatTallies(expected), formatKernel(kernel), cameOut(verdict)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function cameOut({ state, why, seen, expected, kernel }: Verdict): string {
  if (state === 'cannot') return `not here: ${why}`;
  if (state === 'differs') return `**differs**: ${why}`;
  const page = formatTallies(seen!.page);
  const counters = formatKernel(seen!.kernel);
  return page === formatTallies(expected) && counters === formatKernel(kernel) ? 'the same' : `${page}; ${counters}`;
}

const WORDS = { ok: 'ok', differs: 'DIFFERS', cannot: 'not here' } as const;

/** A line for a terminal. */
export function terminalLine({ state, family, chapter, name, seconds, why, expected }: Verdict): string {
  const what = state === 'ok' ? formatTallies(expected) : (why ?? '');
  return `${WORDS[state].padEnd(8)} ${family} ${`${seconds.toFixed(1)} s`.padStart(7)}  ${chapter}: ${name}: ${what}\n`;
}
