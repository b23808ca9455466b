/** Overflows of one window. */
interface Counted {
  /** When the kernel's total was read, Unix milliseconds. */
  at: number;
  count: number;
}

/** Scans are late by a few windows on a busy machine; more are added up. */
const MOST_WINDOWS = 64;

/**
 * The kernel's count of overflows (ListenOverflows) in one network namespace. It says how
 * many of the handshakes that listeners dropped were overflows, which the kernel does not
 * tell by listener.
 *
 * Drops are found by scans, which are older than the kernel's count. So overflows wait
 * for their drops until a scan that began after them has been used. What is left then was
 * of a listener that was closed unseen.
 */
export class Overflows {
  /** The kernel's total after the window before; undefined: it could not be read. */
  #last: number | undefined;
  /** Whose drops are not known yet, the oldest first. */
  #waiting: Counted[] = [];
  #scanned = -Infinity;
  /** Whether the overflows of this window are known. */
  #known = false;
  /** At the first look: every drop that there ever was in this namespace was an overflow. */
  #all = false;

  /**
   * After a window.
   * @param total the kernel's; undefined: it can't be read @param drops ListenDrops, which includes them
   * @param end of the window, Unix milliseconds @param scanned when the last scan of open sockets began
   */
  next(total: number | undefined, end: number, scanned: number, drops?: number): void {
    this.#all = total !== undefined && this.#last === undefined && total === drops;
    this.#known = total !== undefined && this.#last !== undefined;
    // The scan that was used for the window before has found the drops of these.
    this.#waiting = this.#known ? this.#waiting.filter(({ at }) => at > this.#scanned) : [];
    // At the first look, all that there ever were are the most that it can be.
    this.#waiting.push({ at: end, count: total === undefined ? Infinity : total - (this.#last ?? 0) });
    if (this.#waiting.length > MOST_WINDOWS) this.#waiting[1]!.count += this.#waiting.shift()!.count;
    this.#last = total;
    this.#scanned = scanned;
  }

  /** @param guess how many it were by the lengths of the queues @returns the overflows among the drops of this window */
  among(drops: number, guess: number): number {
    let left = this.#known || this.#all ? drops : guess;
    let found = 0;
    for (const waiting of this.#waiting) {
      const taken = Math.min(left, waiting.count);
      waiting.count -= taken;
      left -= taken;
      found += taken;
    }
    // What is left over of a first look need not be of its window.
    if (!this.#known) this.#waiting = [];
    return found;
  }
}
