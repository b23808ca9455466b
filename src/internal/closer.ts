import { JoinedError, asError } from './errors.ts';

type Undo = () => void | PromiseLike<void>;

/**
 * Collects steps that release resources, and runs them once in reverse order.
 *
 * `close()` may be called several times, also concurrently: every call gets the same
 * promise. A failing step does not stop the others; their errors are joined in one
 * AggregateError. A step added after close() runs at once, so that a resource opened
 * during a shutdown does not leak.
 */
export class Closer {
  readonly #steps: Undo[] = [];
  #closing: Promise<void> | undefined;

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** @throws (rejects) the step's error, if the step runs at once because close() was called before. */
  async add(undo: Undo): Promise<void> {
    if (this.#closing === undefined) this.#steps.push(undo);
    else await undo();
  }

  close(): Promise<void> {
    this.#closing ??= this.#run();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    const errors: Error[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        errors.push(asError(error));
      }
    }
    if (errors.length > 0) throw new JoinedError(errors, 'closing failed', 'CW_CLOSE');
  }
}
