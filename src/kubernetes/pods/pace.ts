export interface PaceOptions {
  /** Time between two runs as long as there is more to do, milliseconds; the last one repeats. @default 0.25, 0.5, 1, 2, 4 s */
  readonly gaps?: readonly number[];
  /** Runs at once, after a rest. @default 20 */
  readonly burst?: number;
  /** Milliseconds after which one more is allowed. @default 2000 */
  readonly refill?: number;
}

interface Options extends PaceOptions {
  /** Never rejects. */
  readonly work: () => Promise<void>;
  /** Whether there is more to do. */
  readonly again: () => boolean;
  readonly elapsed: () => number;
}

/** Does some work as soon as it is wanted, again while there is more to do, and never more often than its bounds. */
export class Pace {
  readonly #options: Required<Options>;
  #allowed: number;
  #countedAt: number;
  #gap = 0;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #wanted = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = { gaps: [250, 500, 1000, 2000, 4000], burst: 20, refill: 2000, ...options };
    this.#allowed = this.#options.burst;
    this.#countedAt = this.#options.elapsed();
  }

  /** Something new is wanted. */
  soon(): void {
    this.#gap = 0;
    this.#wanted = true;
    if (this.#running === undefined) this.#in(0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #in(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const wait = Math.max(milliseconds, this.#untilAllowed());
    this.#timer = setTimeout(() => this.#run(), wait).unref();
  }

  #run(): void {
    // A timer can be early by less than a millisecond.
    const wait = this.#untilAllowed();
    if (wait > 0) {
      this.#in(wait);
      return;
    }
    this.#allowed -= 1;
    this.#wanted = false;
    this.#running = this.#options.work().then(() => {
      this.#running = undefined;
      if (this.#wanted) this.#in(0);
      else if (this.#options.again()) {
        const { gaps } = this.#options;
        this.#in(gaps[Math.min(this.#gap, gaps.length - 1)]!);
        this.#gap += 1;
      }
    });
  }

  /** Milliseconds until there is one. */
  #untilAllowed(): number {
    const { burst, refill, elapsed } = this.#options;
    const now = elapsed();
    this.#allowed = Math.min(burst, this.#allowed + (now - this.#countedAt) / refill);
    this.#countedAt = now;
    return this.#allowed >= 1 ? 0 : Math.ceil((1 - this.#allowed) * refill);
  }
}
