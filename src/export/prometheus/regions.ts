import type { Pieces } from '../../internal/pieces.ts';
import { ByteWriter } from './bytes.ts';

const NEWLINE = 10;
const BLANK = 32;
const ZERO = 48;
const PIECE = 256;

/**
 * Positions of the values of counters and histograms in a response body, and when each series appeared.
 * A reader whose last scrape is older gets the newer series at 0. For that it gets a copy of the body
 * with some values replaced, which is cheaper than to serialize again.
 */
export class Regions {
  #appeared: Float64Array;
  #ends: Uint32Array;
  #count = 0;
  #newest = -Infinity;

  /** @param capacity initial number of regions */
  constructor(capacity = 64) {
    this.#appeared = new Float64Array(Math.max(1, capacity));
    this.#ends = new Uint32Array(2 * this.#appeared.length);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds the next region: a single value, or whole lines that each end with a space and a value. */
  add(appeared: number, start: number, end: number): void {
    if (this.#count === this.#appeared.length) this.#grow();
    this.#appeared[this.#count] = appeared;
    this.#ends[2 * this.#count] = start;
    this.#ends[2 * this.#count + 1] = end;
    this.#count += 1;
    if (appeared > this.#newest) this.#newest = appeared;
  }

  /** Number of regions that appeared later than `since`. Readers with equal numbers get the same body. */
  newer(since: number): number {
    if (this.#newest <= since) return 0;
    let newer = 0;
    for (let i = 0; i < this.#count; i++) if (this.#appeared[i]! > since) newer++;
    return newer;
  }

  /** The body for a reader whose last scrape was at `since`. */
  *zeroed(page: Buffer, since: number): Pieces<Buffer> {
    const out = new ByteWriter(page.length);
    let at = 0;
    for (let i = 0; i < this.#count; i++) {
      if (this.#appeared[i]! <= since) continue;
      const [start, end] = [this.#ends[2 * i]!, this.#ends[2 * i + 1]!];
      out.slice(page, at, start);
      zeroLines(page, start, end, out);
      at = end;
      if (i % PIECE === 0) yield;
    }
    out.slice(page, at, page.length);
    return out.take();
  }

  #grow(): void {
    const appeared = new Float64Array(2 * this.#appeared.length);
    const ends = new Uint32Array(2 * this.#ends.length);
    appeared.set(this.#appeared);
    ends.set(this.#ends);
    [this.#appeared, this.#ends] = [appeared, ends];
  }
}

function zeroLines(page: Buffer, start: number, end: number, out: ByteWriter): void {
  for (let at = start; at < end; ) {
    const newline = page.indexOf(NEWLINE, at);
    const stop = newline === -1 || newline >= end ? end : newline;
    // A value contains no space, so the last space of a line is the one before the value.
    const blank = page.lastIndexOf(BLANK, stop - 1);
    if (blank >= at) out.slice(page, at, blank + 1);
    out.byte(ZERO);
    if (stop < end) out.byte(NEWLINE);
    at = stop + 1;
  }
}
