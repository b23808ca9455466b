import type { Attributes, HrTime } from '@opentelemetry/api';
import { DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { type Pieces, atOnce, inPieces } from '../../internal/pieces.ts';
import { CATALOGUE, type PulledPoint } from '../../metrics/index.ts';
import { ByteWriter } from './bytes.ts';
import { type Format, type Naming, TEXT, namingOf } from './format.ts';
import { HistogramLines } from './histogram-lines.ts';
import { Regions } from './regions.ts';
import { CounterLines, GaugeLines, type Lines } from './value-lines.ts';
import { lineStart } from './line-starts.ts';
import { type Part, Written } from './written.ts';

const ORDER = new Map(CATALOGUE.map((metric, index) => [metric.name, index]));
const TARGET: Naming = { type: 'gauge', sample: 'target_info', unit: undefined, help: 'Resource of these metrics' };

/** A metric with as many points is a part of its own, which is written again only if its points are others. */
const LONG = 256;

interface Family {
  readonly header: Buffer;
  readonly lines: Lines;
  /** The last part of its own, and what it was made of. */
  kept?: { readonly points: readonly unknown[]; readonly part: Part };
}

/**
 * Writes a collection in one format. It keeps the bytes that do not change between scrapes:
 * headers, and each line up to its value. So writing a line is one copy and one number. A series is
 * recognised by its attributes object, which must therefore stay the same object. Of a metric whose array of
 * points is the one of the last scrape nothing is written: the collector gives the same array until the window ends.
 *
 * Metrics come in the order of the catalogue; those without points are left out. Also left out:
 * scope labels (there is one scope, and they would add a quarter to the size), time stamps, and
 * exponential histograms, which the text formats do not have.
 */
export class Exposition {
  readonly #format: Format;
  readonly #started: HrTime;
  readonly #families = new Map<string, Family>();
  // Two collections must not be written at once, because what is kept belongs to one.
  #last: Promise<unknown> = Promise.resolve();

  /** @param started creation time of series that exist from the start, for formats with creation times */
  constructor(format = TEXT, started: HrTime = [0, 0]) {
    this.#format = format;
    this.#started = started;
  }

  get type(): string {
    return this.#format.type;
  }

  get version(): string {
    return this.#format.version;
  }

  get contentType(): string {
    return this.#format.contentType;
  }

  /** Lets the event loop go on meanwhile: records must not wait for a long page. */
  write(collection: ResourceMetrics): Promise<Written> {
    const written = this.#last.then(() => inPieces(this.#pieces(collection)));
    this.#last = written.catch(() => undefined);
    return written;
  }

  /** Not while `write` is at work. */
  writeAtOnce(collection: ResourceMetrics): Written {
    return atOnce(this.#pieces(collection));
  }

  *#pieces({ resource, scopeMetrics }: ResourceMetrics): Pieces<Written> {
    const parts: Part[] = [];
    let short = new PartWriter();
    const end = () => {
      if (short.out.length > 0) parts.push(short.take());
      short = new PartWriter();
    };
    this.#target(short.out, resource.attributes);
    const metrics = scopeMetrics.flatMap((scope) => scope.metrics);
    for (const metric of metrics.sort(byCatalogue)) {
      if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM || metric.dataPoints.length === 0) continue;
      if (metric.dataPoints.length < LONG) yield* write(this.#family(metric), metric.dataPoints, short);
      else {
        end();
        parts.push(yield* part(this.#family(metric), metric.dataPoints));
      }
    }
    short.out.ascii(this.#format.end);
    end();
    return new Written(parts);
  }

  #target(out: ByteWriter, attributes: Attributes): void {
    out.text(this.#format.header(TARGET));
    out.text(lineStart(TARGET.sample, attributes));
    out.ascii('1\n');
  }

  #family(metric: MetricData): Family {
    const { name, unit } = metric.descriptor;
    const naming = namingOf(metric);
    const key = `${naming.type} ${name} ${unit}`;
    let family = this.#families.get(key);
    if (family === undefined) {
      family = { header: Buffer.from(this.#format.header(naming)), lines: this.#lines(naming) };
      this.#families.set(key, family);
    }
    return family;
  }

  #lines(naming: Naming): Lines {
    const created = this.#format.created(naming);
    if (naming.type === 'gauge') return new GaugeLines(naming.sample);
    if (naming.type === 'counter') return new CounterLines(naming.sample, created, this.#started);
    return new HistogramLines(naming.sample, created, this.#started, this.#format.le);
  }
}

class PartWriter {
  readonly out: ByteWriter;
  readonly regions: Regions;

  /** @param like about as long as the new one */
  constructor(like?: Part) {
    this.out = new ByteWriter(like && Math.ceil(like.bytes.length * 1.1));
    this.regions = new Regions(like && Math.ceil(like.regions.count * 1.1));
  }

  take(): Part {
    return { bytes: this.out.take(), regions: this.regions };
  }
}

function* write({ header, lines }: Family, points: readonly PulledPoint[], to: PartWriter): Pieces<void> {
  to.out.bytes(header);
  yield* lines.write(points, to.out, to.regions);
}

function* part(family: Family, points: readonly PulledPoint[]): Pieces<Part> {
  const { kept } = family;
  if (kept?.points === points) return kept.part;
  const made = new PartWriter(kept?.part);
  yield* write(family, points, made);
  family.kept = { points, part: made.take() };
  return family.kept.part;
}

function byCatalogue(a: MetricData, b: MetricData): number {
  const end = ORDER.size;
  return (ORDER.get(a.descriptor.name) ?? end) - (ORDER.get(b.descriptor.name) ?? end);
}
