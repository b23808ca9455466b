import type { CompiledFilter } from './filter.ts';
import type { LeftOut, TraceEnd, TraceEvent, TraceMessage } from './event.ts';

/** Events of one reader per second, and at once after a pause. More than a person or a pipe of text can use. */
export const EVENTS_PER_SECOND = 2000;

/** Where messages go. Returns false, and takes nothing, if it has too much to write already. */
export type Sink = (message: TraceMessage) => boolean;

export interface ReaderOptions {
  readonly filter: CompiledFilter;
  readonly sink: Sink;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** When it was opened, nanoseconds of CLOCK_MONOTONIC. What was before is not shown. */
  readonly since: number;
}

/** One reader of a trace: keeps to its limit, and counts what it leaves out. */
export class Reader {
  readonly filter: CompiledFilter;
  readonly since: number;
  readonly #sink: Sink;
  readonly #now: () => number;
  #allowed = EVENTS_PER_SECOND;
  #at: number;
  #sent = 0;
  readonly #all = { overLimit: 0, tooSlow: 0, unread: 0 };
  readonly #told = { overLimit: 0, tooSlow: 0, unread: 0 };

  constructor({ filter, sink, now, since }: ReaderOptions) {
    this.filter = filter;
    this.since = since;
    this.#sink = sink;
    this.#now = now;
    this.#at = now();
  }

  /** Call it once for each batch. */
  refill(): void {
    const now = this.#now();
    this.#allowed = Math.min(EVENTS_PER_SECOND, this.#allowed + ((now - this.#at) / 1000) * EVENTS_PER_SECOND);
    this.#at = now;
  }

  /** Takes the place of an event. False: it is above the limit. */
  admit(): boolean {
    if (this.#allowed >= 1) {
      this.#allowed -= 1;
      return true;
    }
    this.#all.overLimit += 1;
    return false;
  }

  send(event: TraceEvent): void {
    if (this.#sink(event)) this.#sent += 1;
    else this.#all.tooSlow += 1;
  }

  unread(count: number): void {
    this.#all.unread += count;
  }

  /** Says what was left out since the last time, if anything. Call it now and then. */
  tell(): void {
    const message: LeftOut = { event: 'left_out', time: new Date().toISOString(), ...this.#untold() };
    if (message.overLimit + message.tooSlow + message.unread > 0 && this.#sink(message)) Object.assign(this.#told, this.#all);
  }

  /** The last message. */
  get end(): TraceEnd {
    return { event: 'end', time: new Date().toISOString(), sent: this.#sent, ...this.#all };
  }

  #untold() {
    const [all, told] = [this.#all, this.#told];
    return { overLimit: all.overLimit - told.overLimit, tooSlow: all.tooSlow - told.tooSlow, unread: all.unread - told.unread };
  }
}
