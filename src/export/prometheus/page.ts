import { inPieces } from '../../internal/pieces.ts';
import { Body } from './coding.ts';
import type { Written } from './written.ts';

/** One collection. All requests that arrive while it runs share it. */
export interface Page<F = unknown> {
  /** Time of the collection (`Producer.time`); it increases with each collection. */
  readonly time: number;
  /** Errors of metrics that could not be collected. The other metrics are complete. */
  readonly errors: readonly unknown[];
  readonly write: (format: F) => Promise<Written>;
}

interface Kept {
  readonly written: Promise<Written>;
  readonly bodies: Map<number, Promise<Body>>;
}

/** The body of one scrape in each format and, because new series differ, for each group of readers. Makes each body once. */
export class SharedPage<F> {
  readonly time: number;
  readonly #write: Page<F>['write'];
  readonly #kept = new Map<F, Kept>();

  constructor({ time, write }: Page<F>) {
    this.time = time;
    this.#write = write;
  }

  /** @param since series that appeared later have the value 0 in the body */
  async body(format: F, since: number): Promise<Body> {
    let kept = this.#kept.get(format);
    if (kept === undefined) this.#kept.set(format, (kept = { written: this.#write(format), bodies: new Map() }));
    const { bodies } = kept;
    const written = await kept.written;
    // A reader's new series are those that appeared after its last scrape. So two readers with equally many have the same ones.
    const newer = written.newer(since);
    let body = bodies.get(newer);
    if (body === undefined) bodies.set(newer, (body = bodyOf(written, newer, since)));
    return body;
  }
}

async function bodyOf(written: Written, newer: number, since: number): Promise<Body> {
  return new Body(newer === 0 ? written.bytes : await inPieces(written.zeroed(since)));
}
