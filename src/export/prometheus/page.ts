import { Body } from './coding.ts';
import type { Written } from './exposition.ts';

/** One collection. All requests that arrive while it runs share it. */
export interface Page<F = unknown> {
  /** Time of the collection (`Producer.time`); it increases with each collection. */
  readonly time: number;
  /** Errors of metrics that could not be collected. The other metrics are complete. */
  readonly errors: readonly unknown[];
  readonly write: (format: F) => Written;
}

/** The body of one scrape in each format and, because new series differ, for each group of readers. Makes each body once. */
export class SharedPage<F> {
  readonly time: number;
  readonly #write: (format: F) => Written;
  readonly #written = new Map<F, { readonly written: Written; readonly bodies: Map<number, Body> }>();

  constructor({ time, write }: Page<F>) {
    this.time = time;
    this.#write = write;
  }

  /** @param since series that appeared later have the value 0 in the body */
  body(format: F, since: number): Body {
    let kept = this.#written.get(format);
    if (kept === undefined) this.#written.set(format, (kept = { written: this.#write(format), bodies: new Map() }));
    const { written, bodies } = kept;
    // A reader's new series are those that appeared after its last scrape. So two readers with equally many have the same ones.
    const newer = written.regions.newer(since);
    let body = bodies.get(newer);
    if (body === undefined) bodies.set(newer, (body = new Body(newer === 0 ? written.body : written.regions.zeroed(written.body, since))));
    return body;
  }
}
