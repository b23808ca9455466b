import type { Attributes } from '@opentelemetry/api';
import { clean } from '../../metrics/index.ts';

/**
 * The content of a label block, `a="x",b="y"`, or empty. Replaces illegal characters in
 * names. If names become equal, joins their values with `;` in the order of the original
 * names, by the OpenTelemetry-to-Prometheus rules.
 */
export function labelsOf(attributes: Attributes): string {
  let block = '';
  const labels: string[] = [];
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value === undefined) continue;
    const label = labelOf(name);
    if (labels.includes(label)) return joined(attributes);
    labels.push(label);
    if (block !== '') block += ',';
    block += `${label}="${escapeValue(textOf(value))}"`;
  }
  return block;
}

/** Joins the values of names that became equal, which is rare. */
function joined(attributes: Attributes): string {
  const labels = new Map<string, [name: string, value: string][]>();
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    const same = labels.get(labelOf(name)) ?? [];
    labels.set(labelOf(name), [...same, [name, textOf(value)]]);
  }
  const blocks = [...labels].map(([label, values]) => {
    values.sort(([a], [b]) => (a < b ? -1 : 1));
    return `${label}="${escapeValue(values.map(([, text]) => text).join(';'))}"`;
  });
  return blocks.join(',');
}

// Bounded: the only names are those of the catalogue and of the resource.
const legalNames = new Map<string, string>();

function labelOf(name: string): string {
  let label = legalNames.get(name);
  if (label === undefined) legalNames.set(name, (label = clean(name)));
  return label;
}

const SPECIAL = /[\\"\n]/;

/** Escapes backslash, quote and newline, as the text format requires. */
export function escapeValue(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));
}

/** Help texts need no escape for quotes. */
export function escapeHelp(text: string): string {
  return text.replace(/[\\\n]/g, (char) => (char === '\n' ? '\\n' : '\\\\'));
}

function textOf(value: Attributes[string]): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
