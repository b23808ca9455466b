import type { ServerResponse } from 'node:http';
import type { Limits } from './limits.ts';

interface Running {
  readonly address: string;
  /** When a check first found the response ended but not fully sent. */
  ended?: number;
}

interface Waiting {
  readonly address: string;
  readonly response: ServerResponse;
  readonly run: () => void;
}

/** Its connection is closed. A response that waits behind another one of the same connection does not say so itself. */
const isDead = (response: ServerResponse): boolean => response.req.socket.destroyed;

/**
 * Limits the responses at a time, because each holds a whole body until its client has read it. Other
 * requests wait. The next one is of the address with the fewest running responses, and of its connections
 * the one with the fewest.
 */
export class Gate {
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #running = new Map<ServerResponse, Running>();
  #waiting: Waiting[] = [];

  constructor(limits: Limits, now = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Calls `run` now or when there is room, but not if the client has closed the connection. */
  enter(address: string, response: ServerResponse, run: () => void): void {
    this.#waiting.push({ address, response, run });
    response.once('close', () => {
      this.#running.delete(response);
      this.#waiting = this.#waiting.filter((each) => each.response !== response);
      this.#next();
    });
    this.#next();
  }

  /** Cuts responses that clients read too slowly while other requests wait. */
  check(): void {
    const now = this.#now();
    for (const [response, running] of this.#running) {
      if (isDead(response)) this.#running.delete(response);
      if (!response.writableEnded) continue;
      running.ended ??= now;
      if (this.#waiting.length > 0 && now - running.ended > this.#limits.slowReader) response.destroy();
    }
    this.#next();
  }

  #next(): void {
    this.#waiting = this.#waiting.filter(({ response }) => !isDead(response));
    while (this.#running.size < this.#limits.responses && this.#waiting.length > 0) {
      const counts = new Map<unknown, number>();
      const add = (to: unknown) => counts.set(to, (counts.get(to) ?? 0) + 1);
      for (const [{ req }, { address }] of this.#running) [address, req.socket].forEach(add);
      // Connections of one address: an address counts for more than all connections can.
      const load = ({ address, response }: Waiting) => (counts.get(address) ?? 0) * (this.#limits.responses + 1) + (counts.get(response.req.socket) ?? 0);
      const next = this.#waiting.reduce((least, each) => (load(each) < load(least) ? each : least));
      this.#waiting = this.#waiting.filter((each) => each !== next);
      this.#running.set(next.response, { address: next.address });
      next.run();
    }
  }
}
