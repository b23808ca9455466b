import type { HrTime } from '@opentelemetry/api';
import type { Histogram } from '@opentelemetry/sdk-metrics';
import type { PulledPoint } from '../../metrics/index.ts';
import type { ByteWriter } from './bytes.ts';
import { CreatedLines } from './created-lines.ts';
import { LineStarts, bucketStart, lineStart } from './line-starts.ts';
import { writeNumber } from './numbers.ts';
import type { Regions } from './regions.ts';
import type { Lines } from './value-lines.ts';

const NEWLINE = 10;

/**
 * The lines of a family of histograms. Kept from page to page are three starts of lines for
 * each series and one end for each bound, not a start for each of some 25 lines: a bucket's
 * line is two copies and a number.
 */
export class HistogramLines implements Lines {
  readonly #buckets: LineStarts;
  readonly #sums: LineStarts;
  readonly #counts: LineStarts;
  readonly #created: CreatedLines | undefined;
  readonly #le: (bound: number) => string;
  #bounds: readonly number[] = [];
  /** `0.005"} `; one more for +Inf. */
  #ends: Buffer[] = [];

  /**
   * @param created the name of the samples of creation times, if the format has them
   * @param le how the format writes a bound
   */
  constructor(name: string, created: string | undefined, started: HrTime, le: (bound: number) => string) {
    this.#buckets = new LineStarts(({ attributes }) => bucketStart(name, attributes));
    this.#sums = new LineStarts(({ attributes }) => lineStart(`${name}_sum`, attributes));
    this.#counts = new LineStarts(({ attributes }) => lineStart(`${name}_count`, attributes));
    if (created !== undefined) this.#created = new CreatedLines(created, started);
    this.#le = le;
  }

  write(points: readonly PulledPoint[], out: ByteWriter, regions: Regions): void {
    for (const starts of [this.#buckets, this.#sums, this.#counts, this.#created]) starts?.prepare(points);
    for (let i = 0; i < points.length; i++) {
      const { value, appeared } = points[i]!;
      const start = out.length;
      this.#series(i, value as Histogram, out);
      if (appeared !== undefined) regions.add(appeared, start, out.length);
      this.#created?.copy(i, out);
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
    // A histogram that also took negative values has no sum in the SDK.
    if (sum !== undefined) {
      this.#sums.copy(index, out);
      writeNumber(out, sum);
      out.byte(NEWLINE);
    }
    this.#counts.copy(index, out);
    writeNumber(out, count);
    out.byte(NEWLINE);
  }

  // The series of a family have the same bounds, and those of ours the same array.
  #endsOf(bounds: readonly number[]): readonly Buffer[] {
    if (bounds === this.#bounds) return this.#ends;
    this.#bounds = bounds;
    this.#ends = [...bounds.filter((bound) => bound !== Infinity), Infinity].map((bound) => Buffer.from(`${this.#le(bound)}"} `));
    return this.#ends;
  }
}
