import type { HrTime } from '@opentelemetry/api';
import type { Histogram } from '@opentelemetry/sdk-metrics';
import type { Pieces } from '../../internal/pieces.ts';
import type { PulledPoint } from '../../metrics/index.ts';
import type { ByteWriter } from './bytes.ts';
import { CreatedLines } from './created-lines.ts';
import { LineStarts, PIECE, bucketStart, lineStart } from './line-starts.ts';
import { writeNumber } from './numbers.ts';
import type { Regions } from './regions.ts';
import type { Lines } from './value-lines.ts';

const NEWLINE = 10;

/**
 * Writes the lines of a histogram. Between scrapes it keeps three line starts for each series and one
 * line end for each bound, instead of a start for each of some 25 lines. So a bucket's line is two
 * copies and one number.
 */
export class HistogramLines implements Lines {
  readonly #buckets: LineStarts;
  readonly #sums: LineStarts;
  readonly #counts: LineStarts;
  readonly #created: CreatedLines | undefined;
  readonly #le: (bound: number) => string;
  #bounds: readonly number[] = [];
  /** `0.005"} ` for each bound, and one for +Inf. */
  #ends: Buffer[] = [];

  /**
   * @param created name of the samples with creation times; undefined if the format has none
   * @param le makes the format's text of a bound
   */
  constructor(name: string, created: string | undefined, started: HrTime, le: (bound: number) => string) {
    this.#buckets = new LineStarts(({ attributes }) => bucketStart(name, attributes));
    this.#sums = new LineStarts(({ attributes }) => lineStart(`${name}_sum`, attributes));
    this.#counts = new LineStarts(({ attributes }) => lineStart(`${name}_count`, attributes));
    if (created !== undefined) this.#created = new CreatedLines(created, started);
    this.#le = le;
  }

  *write(points: readonly PulledPoint[], out: ByteWriter, regions: Regions): Pieces<void> {
    for (const starts of [this.#buckets, this.#sums, this.#counts, this.#created]) if (starts !== undefined) yield* starts.prepare(points);
    for (let i = 0; i < points.length; i++) {
      const { value, appeared } = points[i]!;
      const start = out.length;
      this.#series(i, value as Histogram, out);
      if (appeared !== undefined) regions.add(appeared, start, out.length);
      this.#created?.copy(i, out);
      // Each has some 25 lines.
      if (i % (PIECE / 16) === 0) yield;
    }
  }

  #series(index: number, { buckets, sum, count }: Histogram, out: ByteWriter): void {
    const ends = this.#endsOf(buckets.boundaries);
    let below = 0;
    for (let bucket = 0; bucket < ends.length; bucket++) {
      const isLast = bucket === ends.length - 1;
      below += buckets.counts[bucket] ?? 0;
      this.#buckets.copy(index, out);
      out.bytes(ends[bucket]!);
      writeNumber(out, isLast ? count : below);
      out.byte(NEWLINE);
    }
    // The SDK omits the sum of a histogram that may have negative values.
    if (sum !== undefined) {
      this.#sums.copy(index, out);
      writeNumber(out, sum);
      out.byte(NEWLINE);
    }
    this.#counts.copy(index, out);
    writeNumber(out, count);
    out.byte(NEWLINE);
  }

  // All series of a metric have the same bounds; ours share one array.
  #endsOf(bounds: readonly number[]): readonly Buffer[] {
    if (bounds === this.#bounds) return this.#ends;
    this.#bounds = bounds;
    this.#ends = [...bounds.filter((bound) => bound !== Infinity), Infinity].map((bound) => Buffer.from(`${this.#le(bound)}"} `));
    return this.#ends;
  }
}
