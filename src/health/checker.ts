import { type Handler, healthHandler, livenessHandler, readinessHandler } from './handlers.ts';
import type { Status } from './status.ts';

export interface Config {
  /** Milliseconds since 1970. @default Date.now */
  readonly now: () => number;
  /** Called after ready or alive has changed. @default does nothing */
  readonly onChange: (status: Status) => void;
}

export function defaultConfig(): Config {
  return { now: Date.now, onChange: () => {} };
}

/**
 * Holds whether the agent is alive (from the start) and ready (after setReady()).
 *
 * Alive is the value of setAlive(), unless a watch objects. A watch (CollectionWatch)
 * can withdraw only its own objection, so the recovery of one never hides the failure of
 * another.
 */
export class Checker {
  /** `/liveness`: 200 `OK` or 503 `Not alive`. */
  readonly livenessHandler: Handler = livenessHandler(this);
  /** `/readiness`: 200 `Ready` or 503 `Not ready`. */
  readonly readinessHandler: Handler = readinessHandler(this);
  /** `/health`: the status as JSON, 200 when ready and alive, else 503. */
  readonly healthHandler: Handler = healthHandler(this);

  readonly #config: Config;
  readonly #objections = new Set<string>();
  #ready = false;
  #alive = true;

  constructor(config: Partial<Config> = {}) {
    this.#config = { ...defaultConfig(), ...config };
  }

  isReady(): boolean {
    return this.#ready;
  }

  isAlive(): boolean {
    return this.#alive && this.#objections.size === 0;
  }

  status(): Status {
    return { ready: this.isReady(), alive: this.isAlive(), timestamp: Math.floor(this.#config.now() / 1000) };
  }

  setReady(ready: boolean): void {
    this.#change(() => (this.#ready = ready));
  }

  setAlive(alive: boolean): void {
    this.#change(() => (this.#alive = alive));
  }

  /** Not alive while `reason` stands. No answer contains the reason. */
  object(reason: string): void {
    this.#change(() => this.#objections.add(reason));
  }

  /** Withdraws an objection, if there was one. */
  withdraw(reason: string): void {
    this.#change(() => this.#objections.delete(reason));
  }

  #change(apply: () => void): void {
    const before = this.status();
    apply();
    const after = this.status();
    if (before.ready !== after.ready || before.alive !== after.alive) this.#config.onChange(after);
  }
}
