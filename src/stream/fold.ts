import { EVENT_OFFSETS, EVENT_SIZE, KIND } from '../ebpf/layout.ts';
import type { Batch } from '../ebpf/types.ts';
import { COLUMN, COLUMNS } from './snapshot.ts';

/** What one window has counted, as `Snapshot` wants it. */
export interface Rows {
  readonly rows: number;
  readonly keys: Uint32Array;
  readonly counts: Uint32Array;
}

/**
 * Adds batches up by key number, in arrays: no object for a record. It grows
 * with the highest key number, which the addon bounds.
 */
export class WindowFold {
  #counts = new Uint32Array(1024 * COLUMNS);
  #touched = new Uint8Array(1024);
  #keys: number[] = [];

  add(batch: Batch): void {
    const { bytes, keys, length } = batch;
    for (let i = 0, at = 0; i < length; i++, at += EVENT_SIZE) {
      const key = keys[i]!;
      if (key >= this.#touched.length) this.#grow(key);
      if (this.#touched[key] === 0) {
        this.#touched[key] = 1;
        this.#keys.push(key);
      }
      const kind = bytes[at + EVENT_OFFSETS.kind]!;
      const column =
        kind === KIND.connect
          ? COLUMN.connect + bytes[at + EVENT_OFFSETS.outcome]!
          : kind === KIND.accept
            ? COLUMN.accept
            : COLUMN.close;
      this.#counts[key * COLUMNS + column]! += 1;
    }
  }

  /** The rows so far; the fold is empty then. */
  take(): Rows {
    const keys = Uint32Array.from(this.#keys);
    const counts = new Uint32Array(keys.length * COLUMNS);
    for (let row = 0; row < keys.length; row++) {
      const from = keys[row]! * COLUMNS;
      counts.set(this.#counts.subarray(from, from + COLUMNS), row * COLUMNS);
      this.#counts.fill(0, from, from + COLUMNS);
      this.#touched[keys[row]!] = 0;
    }
    this.#keys = [];
    return { rows: keys.length, keys, counts };
  }

  #grow(key: number): void {
    const size = 2 ** Math.ceil(Math.log2(key + 1));
    const counts = new Uint32Array(size * COLUMNS);
    counts.set(this.#counts);
    const touched = new Uint8Array(size);
    touched.set(this.#touched);
    this.#counts = counts;
    this.#touched = touched;
  }
}
