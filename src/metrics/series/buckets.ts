/**
 * Rows of numbers in one typed array: the buckets of many histograms, without an object
 * for each. Rows are reused.
 */
export class Buckets {
  readonly width: number;
  #values: Float64Array = new Float64Array(0);
  #rows = 0;
  readonly #free: number[] = [];

  constructor(width: number) {
    this.width = width;
  }

  /** Takes a row of zeros. */
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

  /** Adds counts[first], counts[first + 1], ... to the first `length` numbers of a row. @returns their sum */
  add(row: number, counts: Uint32Array, first: number, length: number): number {
    const values = this.#values;
    const start = row * this.width;
    let sum = 0;
    for (let i = 0; i < length; i++) {
      const count = counts[first + i]!;
      values[start + i]! += count;
      sum += count;
    }
    return sum;
  }

  addAt(row: number, column: number, value: number): void {
    this.#values[row * this.width + column]! += value;
  }

  /** Valid until the next `take`. Creates an object, so do not call it for every row of a window. */
  of(row: number): Float64Array {
    return this.#values.subarray(row * this.width, (row + 1) * this.width);
  }
}

/** Whether a row has samples. Folded records have no times, so theirs has none. */
export function anyOf(counts: Uint32Array, from: number, length: number): boolean {
  for (let i = from; i < from + length; i++) if (counts[i]! > 0) return true;
  return false;
}
