import fc from 'fast-check';
import { escapeValue } from '../../src/export/prometheus/labels.ts';
import { parsePage } from '../harness/scrape/exposition.ts';
import { text } from './arbitraries.ts';
import { parser, type Parser } from './parser.ts';

/** Values of labels as they get there: printable text, of whole characters. */
export const labelValue = fc.oneof(text, fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'n', 'x', '{', '}', ',', '=', ' ', '#', 'é', '😀'), maxLength: 20 })).map((value) => value.toWellFormed());

/** A page with one series for each value. */
export function pageOf(values: readonly string[]): string {
  return `# TYPE fuzzed gauge\n${values.map((value, index) => `fuzzed{index="${index}",value="${escapeValue(value)}"} 1\n`).join('')}`;
}

export const ofThePage: readonly Parser[] = [
  parser('values of labels, read back', labelValue, (value) => {
    // Our own judge takes a carriage return and the like as it is, as Prometheus does.
    const [sample] = parsePage(pageOf([value])).samples;
    return sample?.labels['value'] === value;
  }),
];
