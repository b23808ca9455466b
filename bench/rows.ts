import type { Spread } from './statistics.ts';

/** One measured thing against its goal. */
export interface Row {
  readonly what: string;
  readonly value: Spread;
  readonly unit: Unit;
  /** What PERFORMANCE asks for: at most this, of the median. */
  readonly atMost?: number;
  /** Or at least this. */
  readonly atLeast?: number;
}

/** What a benchmark found, and what a reader has to know of it. */
export interface Result {
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

export type Unit = keyof typeof UNITS;

const UNITS = {
  ratio: { text: 'x', digits: 3 },
  percent: { text: ' %', digits: 1 },
  share: { text: ' %', digits: 3 },
  ns: { text: ' ns', digits: 0 },
  us: { text: ' µs', digits: 2 },
  ms: { text: ' ms', digits: 2 },
  MB: { text: ' MB', digits: 1 },
  count: { text: '', digits: 0 },
  perSecond: { text: ' M/s', digits: 1 },
} as const;

export function format(value: number, unit: Unit): string {
  const { text, digits } = UNITS[unit];
  return `${value.toFixed(digits)}${text}`;
}

/** undefined where there is no goal. */
export function isMet({ value, atMost, atLeast }: Row): boolean | undefined {
  if (atMost !== undefined) return value.median <= atMost;
  if (atLeast !== undefined) return value.median >= atLeast;
  return undefined;
}

/** The rows as a Markdown table, which also reads well on a terminal. */
export function table(rows: readonly Row[]): string {
  const cells = [['what', 'median', 'min to max', 'runs', 'goal', ''], ...rows.map(cellsOf)];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |\n`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|\n`;
  const [head = [], ...body] = cells;
  return line(head) + rule + body.map(line).join('');
}

function cellsOf(row: Row): string[] {
  const { value, unit } = row;
  const show = (number: number): string => format(number, unit);
  const spread = value.runs === 1 ? '' : `${show(value.min)} to ${show(value.max)}`;
  return [row.what, show(value.median), spread, `${value.runs}`, goalOf(row), verdict(isMet(row))];
}

function goalOf({ unit, atMost, atLeast }: Row): string {
  if (atMost !== undefined) return `<= ${shortly(atMost, unit)}`;
  return atLeast === undefined ? '' : `>= ${shortly(atLeast, unit)}`;
}

/** A goal is a round number. */
function shortly(value: number, unit: Unit): string {
  return `${value}${UNITS[unit].text}`;
}

function verdict(met: boolean | undefined): string {
  if (met === undefined) return '';
  return met ? 'met' : 'missed';
}
