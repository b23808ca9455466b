import { ByteWriter } from './bytes.ts';

const NEWLINE = 10;
const BLANK = 32;
const ZERO = 48;

/**
 * Where on a page the values of counters and histograms are, and since when each is there.
 * Who has seen an older page gets those that appeared after it at 0: the bytes of this page
 * with some values replaced, which costs a copy and not another serialization.
 */
export class Regions {
  #appeared: Float64Array;
  #ends: Uint32Array;
  #count = 0;
  #newest = -Infinity;

  /** @param capacity regions that it has room for at first */
  constructor(capacity = 64) {
    this.#appeared = new Float64Array(Math.max(1, capacity));
    this.#ends = new Uint32Array(2 * this.#appeared.length);
  }

  get count(): number {
    return this.#count;
  }

  /** The next one of the page: one value without its line, or whole lines, each of which ends in a blank and a value. */
  add(appeared: number, start: number, end: number): void {
    if (this.#count === this.#appeared.length) this.#grow();
    this.#appeared[this.#count] = appeared;
    this.#ends[2 * this.#count] = start;
    this.#ends[2 * this.#count + 1] = end;
    this.#count += 1;
    if (appeared > this.#newest) this.#newest = appeared;
  }

  /** How many appeared later than `since`. Pages for readers of whom as many are new are the same page. */
  newer(since: number): number {
    if (this.#newest <= since) return 0;
    let newer = 0;
    for (let i = 0; i < this.#count; i++) if (this.#appeared[i]! > since) newer++;
    return newer;
  }

  /** The page as a reader sees it whose last page was of `since`. */
  zeroed(page: Buffer, since: number): Buffer {
    const out = new ByteWriter(page.length);
    let at = 0;
    for (let i = 0; i < this.#count; i++) {
      if (this.#appeared[i]! <= since) continue;
      const [start, end] = [this.#ends[2 * i]!, this.#ends[2 * i + 1]!];
      out.slice(page, at, start);
      zeroLines(page, start, end, out);
      at = end;
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
    // A value has no blank in it, so the last one stands before the value.
    const blank = page.lastIndexOf(BLANK, stop - 1);
    if (blank >= at) out.slice(page, at, blank + 1);
    out.byte(ZERO);
    if (stop < end) out.byte(NEWLINE);
    at = stop + 1;
  }
}
