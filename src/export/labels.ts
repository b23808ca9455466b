import type { Attributes } from '@opentelemetry/api';
import { clean } from '../metrics/index.ts';

/**
 * The inside of a label block, `a="x",b="y"`, or empty. Names are made legal;
 * values of names that became equal are joined with `;` in the order of the
 * original names, as the OpenTelemetry-to-Prometheus rules want it.
 */
export function labelsOf(attributes: Attributes): string {
  const labels = new Map<string, [name: string, value: string][]>();
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value === undefined) continue;
    const label = clean(name);
    const same = labels.get(label);
    if (same === undefined) labels.set(label, [[name, textOf(value)]]);
    else same.push([name, textOf(value)]);
  }
  let block = '';
  for (const [label, values] of labels) {
    values.sort(([a], [b]) => (a < b ? -1 : 1));
    const value = values.map(([, text]) => text).join(';');
    block += `${block === '' ? '' : ','}${label}="${escapeValue(value)}"`;
  }
  return block;
}

/** Backslash, quote and newline, as the text format says; every other character stands for itself. */
export function escapeValue(value: string): string {
  return value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));
}

/** In help texts a quote needs no escape. */
export function escapeHelp(text: string): string {
  return text.replace(/[\\\n]/g, (char) => (char === '\n' ? '\\n' : '\\\\'));
}

function textOf(value: Attributes[string]): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
