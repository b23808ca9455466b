import { styleText } from 'node:util';
import { printable } from '../internal/escape.ts';
import type { Check, Status } from './types.ts';

const COLORS = { ok: 'green', degraded: 'yellow', missing: 'red', unknown: 'yellow', info: 'dim' } as const;
const WIDEST_STATUS = 'degraded'.length;

export interface TableOptions {
  readonly color: boolean;
  /** Columns of the terminal; undefined: one line per check, however long. */
  readonly columns: number | undefined;
}

/** One line per check: status, name, finding, cost, remedy. */
export function table(checks: readonly Check[], { color, columns }: TableOptions): string {
  const names = Math.max(...checks.map(({ id }) => id.length));
  const margin = WIDEST_STATUS + 2 + names + 2;
  const paint = (status: Status, text: string) =>
    color ? styleText(COLORS[status], text, { validateStream: false }) : text;
  return checks
    .map((check) => {
      const status = paint(check.status, check.status.padEnd(WIDEST_STATUS));
      return `${status}  ${check.id.padEnd(names)}  ${wrap(sentence(check), margin, columns)}\n`;
    })
    .join('');
}

function sentence({ found, cost, todo }: Check): string {
  const text = `${found}${cost ? `. Costs: ${cost}` : ''}${todo ? `. Do: ${todo}` : ''}`;
  // A message may contain a path with a newline.
  return printable(Buffer.from(text)).replace(/\s*\n\s*/g, ' ');
}

const NARROWEST = 30;

/** Breaks between words and indents further lines. */
function wrap(text: string, margin: number, columns: number | undefined): string {
  if (columns === undefined || columns - margin < NARROWEST) return text;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns - margin) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(margin)}`);
}
