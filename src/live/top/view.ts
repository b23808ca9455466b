import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { outcomeText } from '../text/trace.ts';
import { bytes, duration, plural, short } from '../text/units.ts';
import type { TopState } from './state.ts';
import type { Sort, TopRow } from './model.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly sort?: Sort;
  /** The narrowest terminal that has it. */
  readonly from: number;
  readonly text: (row: TopRow, seconds: number) => string;
}

const NAME_LEAST = 12;
const COLUMNS: readonly Column[] = [
  { title: 'conn/s', width: 7, sort: 'attempts', from: 0, text: ({ attempts }, seconds) => rate(attempts / seconds) },
  { title: 'fail', width: 6, sort: 'failures', from: 0, text: ({ failures }) => zero(short(failures)) },
  { title: 'pend', width: 5, sort: 'pending', from: 50, text: ({ pending }) => zero(short(pending)) },
  { title: 'open', width: 6, sort: 'open', from: 60, text: ({ open }) => zero(short(open)) },
  { title: 'p50', width: 9, from: 124, text: ({ p50 }) => time(p50) },
  { title: 'p99', width: 9, sort: 'p99', from: 80, text: ({ p99 }) => time(p99) },
  { title: 'sent/s', width: 8, sort: 'bytes', from: 110, text: ({ sent }, seconds) => (sent === 0 ? '-' : bytes(sent / seconds)) },
  { title: 'recv/s', width: 8, from: 110, text: ({ received }, seconds) => (received === 0 ? '-' : bytes(received / seconds)) },
  { title: 'retr', width: 5, sort: 'retransmits', from: 90, text: ({ retransmits }) => zero(short(retransmits)) },
];
const SPARK = { title: 'last minute', width: 12, from: 136 } as const;
const BARS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Who began it: the workload (a client), or the other side. */
const arrow = ({ role }: TopRow): string => (role === 'server' ? '<-' : '->');

/** The whole screen: as many lines as it has rows, none wider than it is. */
export function topView(state: TopState, rows: readonly TopRow[], size: Size, color: boolean): string[] {
  const paint = color ? painted : (text: string) => text;
  const shown = COLUMNS.filter(({ from }) => size.columns >= from);
  const spark = size.columns >= SPARK.from;
  const fixed = shown.reduce((sum, { width }) => sum + width + 1, 0) + (spark ? SPARK.width + 1 : 0);
  const rest = Math.max(2 * NAME_LEAST, size.columns - fixed - 1);
  const [nameWidth, peerWidth] = state.grouping === 'workload and peer' ? [Math.floor(rest / 2), Math.ceil(rest / 2)] : state.grouping === 'workload' ? [rest, 0] : [0, rest];
  const seconds = windowSeconds(state);
  const line = (row: TopRow): string => {
    const cells = [
      ...(nameWidth > 0 ? [left(peerWidth > 0 ? row.workload : `${arrow(row)} ${row.workload}`, nameWidth)] : []),
      ...(peerWidth > 0 ? [left(`${arrow(row)} ${row.peer}`, peerWidth, 'middle')] : []),
      ...shown.map(({ width, text }) => right(text(row, seconds), width)),
      ...(spark ? [right(sparkline(row.history, SPARK.width), SPARK.width)] : []),
    ];
    const style = row.failures > 0 ? 'failed' : row.pending > 0 ? 'waiting' : row.attempts === 0 ? 'quiet' : 'normal';
    return paint(clip(cells.join(' '), size.columns), style);
  };
  const head = [
    ...(nameWidth > 0 ? [left(peerWidth > 0 ? 'workload' : '   workload', nameWidth)] : []),
    ...(peerWidth > 0 ? [left('   peer', peerWidth)] : []),
    ...shown.map(({ title, width, sort }) => right(sort === state.sort ? `${title}${state.reverse ? '^' : '*'}` : title, width)),
    ...(spark ? [right(SPARK.title, SPARK.width)] : []),
  ].join(' ');
  const lines = [fitting(summaries(state, rows, seconds), size.columns), clip(reasons(rows), size.columns), paint(clip(head.padEnd(size.columns), size.columns), 'head')];
  const room = Math.max(0, size.rows - lines.length - 1);
  const first = Math.min(state.first, Math.max(0, rows.length - room));
  const body = rows.slice(first, first + room).map(line);
  if (rows.length === 0 && room > 0) body.push(clip(emptyText(state), size.columns));
  while (body.length < room) body.push('');
  return [...lines, ...body, paint(left(fitting(footers(state, first, room, rows.length), size.columns), size.columns), 'foot')].slice(0, size.rows);
}

function windowSeconds({ windows }: TopState): number {
  const last = windows.at(-1);
  return last === undefined ? 1 : Math.max(0.001, (last.end - last.start) / 1000);
}

/** The same in fewer and fewer words. */
function summaries(state: TopState, rows: readonly TopRow[], seconds: number): string[] {
  const total = (value: (row: TopRow) => number) => rows.reduce((sum, row) => sum + value(row), 0);
  const clients = rows.filter(({ role }) => role === 'client');
  const connects = clients.reduce((sum, { attempts }) => sum + attempts, 0);
  const end = state.windows.at(-1)?.end;
  const at = end === undefined ? '' : new Date(end).toTimeString().slice(0, 8);
  const window = end === undefined ? '' : `window of ${duration(seconds)}`;
  const paused = state.paused ? 'PAUSED' : '';
  const counts = [`connects ${rate(connects / seconds)}/s`, `failed ${total(({ failures }) => failures)}`, `pending ${total(({ pending }) => pending)}`, `open ${total(({ open }) => open)}`];
  const name = ['connwatch top', [at, window, paused].filter((part) => part !== '').join(', ')].filter((part) => part !== '').join('  ');
  return [[name, ...counts].join('   '), [at, paused, ...counts].filter((part) => part !== '').join('  '), [paused, ...counts].filter((part) => part !== '').join(' ')];
}

function reasons(rows: readonly TopRow[]): string {
  const counts = new Map<string, number>();
  for (const row of rows) for (const [outcome, count] of row.reasons) counts.set(outcomeText(outcome), (counts.get(outcomeText(outcome)) ?? 0) + count);
  const parts = [...counts].sort(([, a], [, b]) => b - a).map(([text, count]) => `${count} ${text}`);
  return parts.length === 0 ? 'no failed connects' : `failed: ${parts.join(', ')}`;
}

function emptyText({ windows, filter, origin }: TopState): string {
  if (windows.length === 0) return `waiting for the first window of ${origin} ...`;
  return filter === '' ? 'no connections' : `nothing contains '${filter}'`;
}

function footers(state: TopState, first: number, room: number, count: number): string[] {
  if (state.typing) return [`filter: ${state.filter}_   (Enter keeps it, Esc removes it)`, `filter: ${state.filter}_`];
  const last = Math.min(count, first + room);
  const range = count > room ? `${first + 1}-${last} of ${plural(count, 'row')}  ` : '';
  const filter = `/ filter${state.filter === '' ? '' : `: ${state.filter}`}`;
  return [
    `${range}q quit  s sort: ${state.sort}  r reverse  g group by: ${state.grouping}  ${filter}  space pause`,
    `${count > room ? `${first + 1}-${last}/${count}  ` : ''}q quit  s ${state.sort}  r reverse  g group  ${filter}  space pause`,
    `q quit  s sort  r reverse  g group  ${filter}  space pause`,
    `q quit  s sort  g group  / filter`,
  ];
}

/** The first that fits; of the last what fits. */
function fitting(texts: readonly string[], width: number): string {
  return texts.find((text) => stringWidth(text) <= width) ?? clip(texts.at(-1) ?? '', width);
}

/** The last windows, as bars from nothing to the most of them. */
export function sparkline(history: readonly number[], width: number): string {
  const last = history.slice(-width);
  const most = Math.max(...last, 1);
  return last.map((count) => (count === 0 ? BARS[0]! : BARS[Math.max(1, Math.ceil((count / most) * (BARS.length - 1)))]!)).join('');
}

function rate(perSecond: number): string {
  if (perSecond === 0) return '-';
  return perSecond < 9.95 ? perSecond.toFixed(1) : short(Math.round(perSecond));
}

const zero = (text: string): string => (text === '0' ? '-' : text);
const time = (seconds: number): string => (Number.isNaN(seconds) ? '-' : duration(seconds));

/** @param position where it is cut: a peer keeps its port */
function clip(text: string, width: number, position: 'end' | 'middle' = 'end'): string {
  if (stringWidth(text) <= width) return text;
  const cut = cliTruncate(text, width, { position });
  // Half of a wide character may be left over.
  return stringWidth(cut) <= width ? cut : cliTruncate(text, width - 1, { position });
}

function left(text: string, width: number, position?: 'end' | 'middle'): string {
  const clipped = clip(text, width, position);
  return clipped + ' '.repeat(Math.max(0, width - stringWidth(clipped)));
}

function right(text: string, width: number): string {
  const clipped = clip(text, width);
  return ' '.repeat(Math.max(0, width - stringWidth(clipped))) + clipped;
}

/** Orange and blue, which differ for people who do not see red or green; weight says it too. */
const STYLES = { failed: '1;38;5;208', waiting: '38;5;75', quiet: '2', normal: '', head: '7', foot: '7' } as const;

function painted(text: string, style: keyof typeof STYLES): string {
  return STYLES[style] === '' ? text : `\u001b[${STYLES[style]}m${text}\u001b[0m`;
}
