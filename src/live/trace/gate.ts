/** Records per second from which successes and accepts come with the end of their connection. */
const BUSY = 30_000;
/** They get records of their own again below this. */
const CALM = BUSY / 2;
const MEASURE_MS = 1000;

/**
 * Limits what a tap costs the watched programs: a record at once for each success and each accept doubles the work of
 * short connections. On a busy machine these events come when their connection ends, or at the next cut.
 */
export class Gate {
  readonly #set: (immediate: boolean) => void;
  #immediate = true;
  #records = 0;
  #since = 0;

  constructor(set: (immediate: boolean) => void) {
    this.#set = set;
  }

  /** @param now milliseconds */
  open(now: number): void {
    this.#immediate = true;
    this.#records = 0;
    this.#since = now;
    this.#set(true);
  }

  passed(records: number, now: number): void {
    this.#records += records;
    const elapsed = now - this.#since;
    if (elapsed < MEASURE_MS) return;
    const rate = (this.#records / elapsed) * 1000;
    this.#records = 0;
    this.#since = now;
    // Without the records at once there are about half as many.
    const immediate = this.#immediate ? rate < BUSY : rate < CALM / 2;
    if (immediate === this.#immediate) return;
    this.#immediate = immediate;
    this.#set(immediate);
  }
}
