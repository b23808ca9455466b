/**
 * Rows of numbers in one typed array: the buckets of many histograms without an
 * object for each. A row that was given back is used again.
 */
export class Buckets {
  readonly width: number;
  #values: Float64Array = new Float64Array(0);
  #rows = 0;
  readonly #free: number[] = [];

  constructor(width: number) {
    this.width = width;
  }

  /** A row of zeros. */
  take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const needed = (this.#rows + 1) * this.width;
    if (needed > this.#values.length) {
      const larger = new Float64Array(Math.max(needed, 8 * this.width, this.#values.length * 2));
      larger.set(this.#values);
      this.#values = larger;
    }
    return this.#rows++;
  }

  give(row: number): void {
    this.of(row).fill(0);
    this.#free.push(row);
  }

  /** Valid until the next `take`. */
  of(row: number): Float64Array {
    return this.#values.subarray(row * this.width, (row + 1) * this.width);
  }
}

/** Whether any bucket of a row holds something: of what was folded there are no times. */
export function anyOf(counts: Uint32Array, from: number, length: number): boolean {
  for (let i = from; i < from + length; i++) if (counts[i]! > 0) return true;
  return false;
}
