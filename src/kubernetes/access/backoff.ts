/** Waits longer after each failure, by chance up to half as long again, so that many agents do not ask at the same time. */
export class Backoff {
  readonly #first: number;
  readonly #most: number;
  readonly #random: () => number;
  #next: number;
  #closed = false;
  #wake: (() => void) | undefined;

  /** @param first milliseconds @param most milliseconds */
  constructor({ first = 500, most = 15_000, random = Math.random }: { readonly first?: number; readonly most?: number; readonly random?: () => number } = {}) {
    this.#first = first;
    this.#most = most;
    this.#random = random;
    this.#next = first;
  }

  reset(): void {
    this.#next = this.#first;
  }

  /** Milliseconds of the next wait. */
  take(): number {
    const wait = this.#next * (1 + this.#random() / 2);
    this.#next = Math.min(this.#most, this.#next * 2);
    return wait;
  }

  /** Ends at once when it is closed. */
  wait(milliseconds = this.take()): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, milliseconds).unref();
      this.#wake = done;
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
    });
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }
}
