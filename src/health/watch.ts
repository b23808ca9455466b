import type { Checker } from './checker.ts';

export interface WatchConfig {
  /** Collections in a row that must fail before the agent counts as not alive. @default 3 */
  readonly failuresInARow: number;
}

const COLLECTION = 'collection';
const DRAIN = 'drain';

/**
 * Derives aliveness from the data path: not alive after three failed collections in a
 * row, or while the drain has stalled; alive again after a successful collection, or when
 * the drain has recovered. Exports and scrapes do not matter, because a broken network
 * must not restart the agent.
 */
export class CollectionWatch {
  readonly #checker: Checker;
  readonly #limit: number;
  #failures = 0;

  constructor(checker: Checker, config: Partial<WatchConfig> = {}) {
    this.#checker = checker;
    this.#limit = config.failuresInARow ?? 3;
  }

  /** Failed collections since the last success. */
  get failures(): number {
    return this.#failures;
  }

  collectionFailed(): void {
    this.#failures += 1;
    if (this.#failures >= this.#limit) this.#checker.object(COLLECTION);
  }

  collectionSucceeded(): void {
    this.#failures = 0;
    this.#checker.withdraw(COLLECTION);
  }

  drainStalled(): void {
    this.#checker.object(DRAIN);
  }

  drainResumed(): void {
    this.#checker.withdraw(DRAIN);
  }
}
