import { setImmediate } from 'node:timers/promises';
import { type Pieces, atOnce, inPieces } from '../internal/pieces.ts';

/**
 * Windows and collections take turns, although both let the event loop go on in between: a collection
 * waits until a window is applied, and a window until the collections that have begun are done. So a
 * collection sees whole windows.
 */
export class Turns {
  #collecting = 0;
  /** The window that is being applied, and the one that waits for collections. */
  #work: Pieces<void> | undefined;
  #applied: Promise<void> = Promise.resolve();
  #held: Pieces<void> | undefined;

  /** The work of a window, which does not throw. Its first piece is done at once if nothing is in the way. */
  apply(work: Pieces<void>): void {
    if (this.#collecting > 0 && this.#held === undefined) {
      this.#held = work;
      return;
    }
    // Not two that wait: the kernel side gives numbers of processes again after two cuts.
    this.finish();
    this.#begin(work);
  }

  /** Does at once what there is to be applied. */
  finish(): void {
    if (this.#work !== undefined) atOnce(this.#work);
    this.#work = undefined;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) atOnce(held);
  }

  async collect<T>(collect: () => Promise<T>): Promise<T> {
    while (this.#work !== undefined) await this.#applied;
    this.#collecting += 1;
    try {
      return await collect();
    } finally {
      this.#collecting -= 1;
      const held = this.#held;
      if (this.#collecting === 0 && held !== undefined) {
        this.#held = undefined;
        this.#begin(held);
      }
    }
  }

  #begin(work: Pieces<void>): void {
    if (work.next().done === true) return;
    this.#work = work;
    this.#applied = this.#rest(work);
  }

  async #rest(work: Pieces<void>): Promise<void> {
    await setImmediate();
    await inPieces(work);
    if (this.#work === work) this.#work = undefined;
  }
}
