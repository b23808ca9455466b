import { distance } from 'fastest-levenshtein';

/**
 * The known name that the user probably meant: at most three edits away and more
 * than 40 % alike, the limits that commander uses for its suggestions. Otherwise the
 * only known name that begins with `name`, if that has five characters or more.
 * undefined: none.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = 4;
  for (const candidate of known) {
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    const alike = 1 - edits / Math.max(name.length, candidate.length);
    if (edits < least && alike > 0.4) [best, least] = [candidate, edits];
  }
  const longer = name.length < 5 ? [] : known.filter((candidate) => candidate.startsWith(name));
  return best ?? (longer.length === 1 ? longer[0] : undefined);
}

/** `; did you mean X?` or nothing. */
export function didYouMean(name: string, known: readonly string[], show = (found: string) => found): string {
  const found = nearest(name, known);
  return found === undefined ? '' : `; did you mean ${show(found)}?`;
}
