import { JoinedError, asError } from './errors.ts';

type Undo = () => void | PromiseLike<void>;

/**
 * Collects the steps that undo what was opened, runs them once in reverse order.
 *
 * `close()` may be called any number of times and concurrently: every call gets
 * the same promise. A step that fails does not stop the others; their errors
 * come joined in one AggregateError. A step added after close() runs at once,
 * so that what was opened during a shutdown does not leak.
 */
export class Closer {
  readonly #steps: Undo[] = [];
  #closing: Promise<void> | undefined;

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** @throws (rejects) what the step throws, when it runs at once because close() came first. */
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
