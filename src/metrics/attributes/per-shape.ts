import type { FamilyName } from '../../words/families.ts';
import type { Shape, Shapes } from './shapes.ts';

export interface Shaped<T, F> {
  readonly shape: Shape;
  readonly table: T;
  /** The metrics that it counts; the first one stands for its limit. */
  readonly families: readonly F[];
}

/**
 * Metrics that count together, such as those of connects. Those with the same attributes
 * share one table, so that their series come and go as one; by default all of them do.
 */
export class PerShape<T, F extends FamilyName = FamilyName> {
  readonly all: readonly Shaped<T, F>[];

  constructor(shapes: Shapes, families: readonly F[], make: (families: readonly F[]) => T) {
    this.all = [...shapes.group(families)].map(([shape, of]) => ({ shape, families: of, table: make(of) }));
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (const { table } of this.all) yield table;
  }
}
