import fc from 'fast-check';
import { ConnwatchError } from '../../src/internal/errors.ts';
import { Invalid } from '../../src/internal/invalid.ts';

/** Any bytes. */
export const bytes = fc.uint8Array({ maxLength: 300 });

/** Any text: what people write, what a terminal takes for commands, half a character. */
export const text = fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 60 }), fc.stringMatching(/^[\d.:/=%,;\-[\]() \t\n\\"'{}_aeghmsMKiBb]{0,60}$/));

/** Good texts, changed in a few places: nearer to what a parser reads than anything random. */
export function broken(...good: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({ at: fc.nat(), remove: fc.nat({ max: 8 }), insert: fc.oneof(fc.constant(''), text) });
  return fc.tuple(fc.constantFrom(...good), fc.array(change, { maxLength: 4 })).map(([start, changes]) =>
    changes.reduce((now, { at, remove, insert }) => {
      const place = at % (now.length + 1);
      return now.slice(0, place) + insert + now.slice(place + remove);
    }, start),
  );
}

export const like = (...good: readonly string[]): fc.Arbitrary<string> => fc.oneof(broken(...good), text);

/** What a parser returns, or undefined when it refuses the text in the project's way. Any other error is a failure. */
export function accepted<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof Invalid || error instanceof ConnwatchError) return undefined;
    throw error;
  }
}

export async function acceptedLater<T>(parse: () => Promise<T>): Promise<T | undefined> {
  try {
    return await parse();
  } catch (error) {
    if (error instanceof ConnwatchError) return undefined;
    throw error;
  }
}

/** An object with anything in the place of some of its parts, as JSON may have it. */
export function mangled(good: object): fc.Arbitrary<unknown> {
  const change = fc.record({ at: fc.nat(), value: fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined)) });
  return fc.array(change, { maxLength: 4 }).map((changes) => {
    const made = structuredClone(good);
    for (const { at, value } of changes) {
      const places = placesOf(made);
      if (places.length === 0) break;
      const [parent, key] = places[at % places.length]!;
      parent[key] = value;
    }
    return made;
  });
}

/** Every member, with what holds it. */
function placesOf(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key): [Record<string, unknown>, string][] => [[holder, key], ...placesOf(holder[key])]);
}
