import { setTimeout as delay } from 'node:timers/promises';
import type { Program } from './agent.ts';

/** Asks /liveness again and again, as a kubelet does but far more often. */
export class LongestAnswer implements AsyncDisposable {
  /** Milliseconds. An answer that is not 200, or none, is Infinity. */
  longest = 0;
  #stopped = false;
  readonly #asking: Promise<void>;

  private constructor(url: string) {
    this.#asking = this.#ask(url);
  }

  static async of(agent: Program): Promise<LongestAnswer> {
    const { address } = await agent.logs.line({ server: 'health' });
    return new LongestAnswer(`http://${String(address)}/liveness`);
  }

  async #ask(url: string): Promise<void> {
    while (!this.#stopped) {
      const start = performance.now();
      const alive = await fetch(url).then(
        async (answer) => (await answer.text(), answer.ok),
        () => false,
      );
      this.longest = Math.max(this.longest, alive ? performance.now() - start : Infinity);
      await delay(20);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#asking;
  }
}
