/*
 * A small parser of the Prometheus text format, stricter than it has to be: the
 * tests' judge must not overlook what another parser forgives.
 */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Labels that a sample must have; it may have others. */
export type Match = Readonly<Record<string, string>>;

/** One scraped page. */
export class Page {
  readonly samples: readonly Sample[];

  constructor(samples: readonly Sample[]) {
    this.samples = samples;
  }

  select(name: string, match: Match = {}): Sample[] {
    return this.samples.filter((sample) => sample.name === name && matches(sample, match));
  }

  /** Sum over the samples; 0 when there is none. */
  sum(name: string, match: Match = {}): number {
    return this.select(name, match).reduce((sum, { value }) => sum + value, 0);
  }

  /** The one sample's value; undefined when there is none. @throws Error when there are several */
  value(name: string, match: Match = {}): number | undefined {
    const found = this.select(name, match);
    if (found.length > 1) throw new Error(`${found.length} samples of ${name} with ${JSON.stringify(match)}`);
    return found[0]?.value;
  }

  /** Sums by the value of a label. */
  by(label: string, name: string, match: Match = {}): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { labels, value } of this.select(name, match)) {
      const key = labels[label] ?? '';
      sums[key] = (sums[key] ?? 0) + value;
    }
    return sums;
  }
}

function matches(sample: Sample, match: Match): boolean {
  return Object.entries(match).every(([label, value]) => sample.labels[label] === value);
}

/** A name for a series that is the same for the same labels in any order. */
export function seriesOf({ name, labels }: Sample): string {
  return `${name}${JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

/** @throws Error on a line that is not of the format, a series that stands there twice, a sample without `# TYPE` */
export function parsePage(text: string): Page {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the page does not end with a newline');
  const types = new Set<string>();
  const series = new Set<string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    if (line.startsWith('#')) {
      types.add(/^# TYPE (\S+) (?:counter|gauge|histogram|summary|untyped)$/.exec(line)?.[1] ?? '');
      if (!/^# (?:TYPE|HELP|UNIT) \S+/.test(line)) throw new Error(`not a comment of the format: ${line}`);
      continue;
    }
    const sample = parseSample(line);
    if (!types.has(sample.name) && !types.has(sample.name.replace(/_(bucket|sum|count)$/, '')))
      throw new Error(`no # TYPE before ${line}`);
    if (series.has(seriesOf(sample))) throw new Error(`twice on the page: ${line}`);
    series.add(seriesOf(sample));
    samples.push(sample);
  }
  return new Page(samples);
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(,?)/y;
const VALUE = / (NaN|[+-]Inf|[-+]?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?)$/y;

function parseSample(line: string): Sample {
  let place = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = place;
    const match = pattern.exec(line) ?? undefined;
    if (match !== undefined) place = pattern.lastIndex;
    return match;
  };
  const wrong = (what: string) => new Error(`${what} at ${place}: ${line}`);
  const name = take(NAME)?.[0];
  if (name === undefined) throw wrong('no metric name');
  const labels: Record<string, string> = {};
  if (take(/\{/y) !== undefined) {
    for (let more = true; more; ) {
      const [, label = '', value = '', comma] = take(LABEL) ?? [];
      if (label === '') throw wrong('no label');
      if (label in labels) throw wrong(`the label ${label} again`);
      labels[label] = value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
      more = comma === ',';
    }
    if (take(/\}/y) === undefined) throw wrong('no }');
  }
  const value = take(VALUE)?.[1];
  if (value === undefined) throw wrong('no value');
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}
