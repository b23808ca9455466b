import type { Point, Pushed } from './wire.ts';

export interface Request extends Pushed {
  /** Of the message, unpacked. */
  readonly bytes: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** What a receiver in this process got. */
export class Received {
  readonly requests: Request[] = [];

  /** The newest value of each series of a metric whose attributes include these, summed. */
  sum(metric: string, match: Readonly<Record<string, string>> = {}): number {
    const newest = new Map<string, Point>();
    for (const { points } of this.requests) {
      for (const point of points) if (point.metric === metric) newest.set(JSON.stringify(point.attributes), point);
    }
    return [...newest.values()]
      .filter(({ attributes }) => Object.entries(match).every(([key, value]) => attributes[key] === value))
      .reduce((sum, { value }) => sum + (value ?? 0), 0);
  }
}
