import type { Pieces } from '../../internal/pieces.ts';
import type { Regions } from './regions.ts';

/** Some metrics of a response body. It never changes, so several bodies can have it. */
export interface Part {
  readonly bytes: Buffer;
  /** Positions of the values that start at 0 for each reader. */
  readonly regions: Regions;
}

/** A response body in one format, in parts. */
export class Written {
  readonly parts: readonly Part[];

  constructor(parts: readonly Part[]) {
    this.parts = parts;
  }

  get bytes(): Buffer[] {
    return this.parts.map(({ bytes }) => bytes);
  }

  /** Number of values that appeared later than `since`. Readers with equal numbers get the same body. */
  newer(since: number): number {
    return this.parts.reduce((newer, { regions }) => newer + regions.newer(since), 0);
  }

  /** The body for a reader whose last scrape was at `since`. Copies only parts with a newer series. */
  *zeroed(since: number): Pieces<Buffer[]> {
    const zeroed: Buffer[] = [];
    for (const { bytes, regions } of this.parts) zeroed.push(regions.newer(since) === 0 ? bytes : yield* regions.zeroed(bytes, since));
    return zeroed;
  }
}
