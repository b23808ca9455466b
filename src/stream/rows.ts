import { COLUMNS, SUMS, type SnapshotRows } from './snapshot.ts';

const FIRST_ROWS = 256;

/**
 * Counters by key number, with one row for each key that occurs in the window. So memory depends
 * on the active keys, not on the highest number. It shrinks when a window needs only a quarter of it.
 */
export class Rows {
  /** Row of each key plus 1; 0: the key has no row yet. */
  #rowOf = new Uint32Array(1024);
  #keys = new Uint32Array(FIRST_ROWS);
  #counts = new Uint32Array(FIRST_ROWS * COLUMNS);
  #sums = new Float64Array(FIRST_ROWS * SUMS);
  #size = 0;

  /** The row of a key. Adds a row for a new key. */
  of(key: number): number {
    if (key >= this.#rowOf.length) this.#rowOf = grown(this.#rowOf, new Uint32Array(2 ** Math.ceil(Math.log2(key + 1))));
    const known = this.#rowOf[key]!;
    if (known !== 0) return known - 1;
    if (this.#size === this.#keys.length) this.#resize(this.#size * 2);
    this.#keys[this.#size] = key;
    this.#size += 1;
    this.#rowOf[key] = this.#size;
    return this.#size - 1;
  }

  /** Values of all rows. A new row may replace the array. */
  get counts(): Uint32Array {
    return this.#counts;
  }

  get sums(): Float64Array {
    return this.#sums;
  }

  count(row: number, column: number, value: number): void {
    this.#counts[row * COLUMNS + column]! += value;
  }

  sum(row: number, column: number, value: number): void {
    this.#sums[row * SUMS + column]! += value;
  }

  /** Returns a copy of the rows and removes them. */
  take(): SnapshotRows {
    const rows = this.#size;
    const keys = this.#keys.slice(0, rows);
    const counts = this.#counts.slice(0, rows * COLUMNS);
    const sums = this.#sums.slice(0, rows * SUMS);
    for (const key of keys) this.#rowOf[key] = 0;
    this.#counts.fill(0, 0, counts.length);
    this.#sums.fill(0, 0, sums.length);
    this.#size = 0;
    const room = this.#keys.length;
    if (room > FIRST_ROWS && rows * 4 < room) this.#resize(room / 2);
    return { rows, keys, counts, sums };
  }

  #resize(rows: number): void {
    this.#keys = grown(this.#keys, new Uint32Array(rows));
    this.#counts = grown(this.#counts, new Uint32Array(rows * COLUMNS));
    this.#sums = grown(this.#sums, new Float64Array(rows * SUMS));
  }
}

/** Copies `from` into `to`, as far as it fits. */
function grown<T extends Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from.subarray(0, to.length));
  return to;
}
