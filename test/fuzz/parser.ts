import fc from 'fast-check';

/** A reader of foreign bytes, with what must hold for each input. */
export interface Parser {
  readonly what: string;
  /** Throws, or resolves with a rejection, for an input for which it does not hold. */
  readonly property: fc.IRawProperty<unknown>;
}

/** @param holds false, or an error, means that it does not hold */
export function parser<T>(what: string, arbitrary: fc.Arbitrary<T>, holds: (value: T) => boolean): Parser {
  return { what, property: fc.property(arbitrary, holds) };
}

export function parserLater<T>(what: string, arbitrary: fc.Arbitrary<T>, holds: (value: T) => Promise<boolean>): Parser {
  return { what, property: fc.asyncProperty(arbitrary, holds) };
}
