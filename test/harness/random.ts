/**
 * Numbers drawn at run time, so that no program can be right by a constant. The
 * seed is printed: `CONNWATCH_TEST_SEED=... npm test` draws the same again.
 */
export class Random {
  readonly seed: number;
  #state: number;

  constructor(seed = Number(process.env['CONNWATCH_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }

  /** An even one, both ends included. */
  even(least: number, most: number): number {
    return 2 * this.between(Math.ceil(least / 2), Math.floor(most / 2));
  }

  /** A name that no other process of this machine has. */
  name(prefix: string): string {
    // Not of the seed: a run with the same seed beside this one must not share it.
    return `${prefix}-${process.pid.toString(36)}${(names++).toString(36)}`;
  }

  // mulberry32
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

let names = 0;

/** A source of numbers for one test file, whose seed is said. */
export function announcedRandom(file: string): Random {
  const random = new Random();
  process.stderr.write(`${file}: CONNWATCH_TEST_SEED=${random.seed}\n`);
  return random;
}
