import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Rows in a window up to which it is calm. */
const FEW_ROWS = 100;
/** So many calm windows in a row. */
const WINDOWS = 3;
/** Bytes above what the last collection left. */
const GARBAGE = 6 << 20;

export interface CalmOptions {
  /** Bytes of memory that the heap occupies, garbage and free pages included. */
  readonly heapSize: () => number;
  /** Collects all garbage. */
  readonly collect: () => Promise<void>;
}

/**
 * Collects garbage once a flood is over. V8 collects old objects only while new ones are made, so a quiet agent
 * would keep what a flood has left for hours.
 */
export class Calm {
  readonly #options: CalmOptions;
  #floor = Infinity;
  #calm = 0;
  #collecting = false;

  constructor(options: CalmOptions = { heapSize: () => getHeapStatistics().total_physical_size, collect: collectAll }) {
    this.#options = options;
  }

  /**
   * A window has ended. The collection blocks the event loop, of 100 MB for a second, so it waits while pages are
   * written. They are also objects enough for V8 to collect by itself.
   * @param rows how many keys did something
   */
  window(rows: number, isWriting: boolean): void {
    // The first window: nobody can have made it grow before.
    if (this.#floor === Infinity) this.#floor = this.#options.heapSize();
    this.#calm = rows <= FEW_ROWS ? this.#calm + 1 : 0;
    if (this.#calm < WINDOWS || this.#collecting || isWriting) return;
    this.#calm = 0;
    const size = this.#options.heapSize();
    if (size < this.#floor) this.#floor = size;
    if (size < this.#floor + GARBAGE) return;
    this.#collecting = true;
    void this.#options.collect().finally(() => {
      this.#collecting = false;
      this.#floor = this.#options.heapSize();
    });
  }
}

/** The flag makes the function in contexts that are new. */
async function collectAll(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => Promise<void>;
  setFlagsFromString('--no-expose-gc');
  // Of the flavors only this one gives pages back to the system.
  await collect({ type: 'major', execution: 'async', flavor: 'last-resort' });
}
