import { Worker } from 'node:worker_threads';
import { ConnwatchError } from '../../internal/errors.ts';

/** An idle thread ends after this time, because it costs memory. */
const IDLE_MS = 10_000;

interface Question {
  readonly resolve: (same: boolean) => void;
  readonly reject: (error: Error) => void;
}

/** Compares passwords with bcrypt hashes in a thread, one after the other. The thread does not keep the process running. */
export class Bcrypt {
  readonly #questions = new Map<number, Question>();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #last = 0;

  compare(password: string, hash: string): Promise<boolean> {
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    const id = this.#last++;
    return new Promise<boolean>((resolve, reject) => {
      this.#questions.set(id, { resolve, reject });
      worker.postMessage({ id, password, hash });
    });
  }

  #start(): Worker {
    const source = import.meta.url.endsWith('.ts') ? './bcrypt-worker.ts' : './bcrypt-worker.js';
    const worker = new Worker(new URL(source, import.meta.url), { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 } });
    worker.unref();
    worker.on('message', ({ id, same }: { id: number; same: boolean }) => {
      this.#questions.get(id)?.resolve(same);
      this.#questions.delete(id);
      if (this.#questions.size === 0) this.#idle = setTimeout(() => this.#stop(worker), IDLE_MS).unref();
    });
    worker.on('error', (error) => this.#fail(worker, error as Error));
    worker.on('exit', () => this.#fail(worker, new ConnwatchError('The thread that compares passwords has ended.', { code: 'CW_SERVER' })));
    return worker;
  }

  #stop(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
    void worker.terminate();
  }

  #fail(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#questions.values()) reject(error);
    this.#questions.clear();
  }
}
