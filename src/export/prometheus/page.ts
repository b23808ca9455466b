import { Body } from './coding.ts';
import type { Written } from './exposition.ts';

/** One collection, for all who asked for it while it ran. */
export interface Page<F = unknown> {
  /** When it was collected: each page is later than the one before (`Producer.time`). */
  readonly time: number;
  /** What could not be collected; the rest is there. */
  readonly errors: readonly unknown[];
  readonly write: (format: F) => Written;
}

/** A page in its formats and, for each, the forms of it that differ by who reads it. Each is made once. */
export class SharedPage<F> {
  readonly time: number;
  readonly #write: (format: F) => Written;
  readonly #written = new Map<F, { readonly written: Written; readonly bodies: Map<number, Body> }>();

  constructor({ time, write }: Page<F>) {
    this.time = time;
    this.#write = write;
  }

  /** @param since what appeared later is shown at 0 */
  body(format: F, since: number): Body {
    let kept = this.#written.get(format);
    if (kept === undefined) this.#written.set(format, (kept = { written: this.#write(format), bodies: new Map() }));
    const { written, bodies } = kept;
    // The series that are new to one reader are among those that are new to another, or the other way round.
    const newer = written.regions.newer(since);
    let body = bodies.get(newer);
    if (body === undefined) bodies.set(newer, (body = new Body(newer === 0 ? written.body : written.regions.zeroed(written.body, since))));
    return body;
  }
}
