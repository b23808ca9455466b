/** Ranges of addresses with the name that metrics have instead of an address: `10.0.0.0/8` to `cluster`. */
export type NamedRanges = ReadonlyMap<string, string>;
