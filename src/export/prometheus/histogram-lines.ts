import type { DataPoint, Histogram } from '@opentelemetry/sdk-metrics';
import type { ByteWriter } from './bytes.ts';
import { LineStarts, bucketStart, lineStart } from './line-starts.ts';
import { leText, writeNumber } from './numbers.ts';

const NEWLINE = 10;

/**
 * The lines of a family of histograms. Kept from page to page are three starts of lines for
 * each series and one end for each bound, not a start for each of some 25 lines: a bucket's
 * line is two copies and a number.
 */
export class HistogramLines {
  readonly #buckets: LineStarts;
  readonly #sums: LineStarts;
  readonly #counts: LineStarts;
  #bounds: readonly number[] = [];
  /** `0.005"} `; one more for +Inf. */
  #ends: Buffer[] = [];

  constructor(name: string) {
    this.#buckets = new LineStarts((attributes) => bucketStart(name, attributes));
    this.#sums = new LineStarts((attributes) => lineStart(`${name}_sum`, attributes));
    this.#counts = new LineStarts((attributes) => lineStart(`${name}_count`, attributes));
  }

  write(points: readonly DataPoint<Histogram>[], out: ByteWriter): void {
    for (const starts of [this.#buckets, this.#sums, this.#counts]) starts.prepare(points);
    for (let i = 0; i < points.length; i++) this.#series(i, points[i]!.value, out);
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
    this.#ends = [...bounds.filter((bound) => bound !== Infinity), Infinity].map((bound) => Buffer.from(`${leText(bound)}"} `));
    return this.#ends;
  }
}
