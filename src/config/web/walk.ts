import { LineCounter, isMap, isScalar, isSeq, parseDocument } from '../sources/yaml.ts';
import { Invalid } from '../../internal/invalid.ts';
import { oneLine } from '../../internal/errors.ts';
import { didYouMean } from '../nearest.ts';

/** A value of the file, and where it is: `tls_server_config.cert_file (line 2)`. */
export interface Place {
  readonly node: unknown;
  readonly label: string;
}

/** Reads a YAML file of nested mappings and notes every problem instead of stopping at the first. */
export class Walk {
  readonly problems: string[] = [];
  readonly root: Place;
  readonly #lines = new LineCounter();

  /** @throws Invalid when it is not YAML */
  constructor(text: string) {
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: true });
    const [error] = document.errors;
    if (error !== undefined) throw new Invalid(`line ${this.#lines.linePos(error.pos[0]).line}: ${oneLine(error)}`);
    this.root = { node: document.contents, label: '' };
  }

  /** Notes that a value cannot be used. */
  invalid(place: Place, why: string): undefined {
    this.problems.push(place.label === '' ? why : `${place.label}: ${why}`);
    return undefined;
  }

  /** The entries of a mapping by key; none where it is empty. Keys must be of `known`, unless any may be. */
  entries(place: Place, known?: readonly string[]): Map<string, Place> {
    const found = new Map<string, Place>();
    if (isEmpty(place.node)) return found;
    if (!isMap(place.node)) {
      this.invalid(place, 'it is not a mapping');
      return found;
    }
    for (const { key, value } of place.node.items) {
      const name = isScalar(key) ? String(key.value) : '(not a name)';
      const path = place.label === '' ? name : `${place.label.replace(/ \(line \d+\)$/, '')}.${name}`;
      const line = this.#lines.linePos((isScalar(key) ? key.range?.[0] : undefined) ?? 0).line;
      const entry = { node: value, label: `${path} (line ${line})` };
      if (known !== undefined && !known.includes(name)) this.problems.push(`unknown key ${entry.label}${didYouMean(name, known)}`);
      else found.set(name, entry);
    }
    return found;
  }

  /** A single value as text. Undefined: not given, or not one. */
  text(place: Place | undefined): string | undefined {
    if (place === undefined || isEmpty(place.node)) return undefined;
    if (!isScalar(place.node)) return this.invalid(place, 'it must be a single value');
    const { value, source } = place.node;
    return typeof value === 'string' ? value : (source ?? String(value));
  }

  boolean(place: Place | undefined): boolean | undefined {
    const text = this.text(place);
    if (text === undefined || text === 'true' || text === 'false') return text === undefined ? undefined : text === 'true';
    return this.invalid(place!, "it is neither 'true' nor 'false'");
  }

  /** What `names` has for the value. */
  choice<T>(place: Place | undefined, names: ReadonlyMap<string, T>): T | undefined {
    const text = this.text(place);
    return text === undefined || text === '' ? undefined : this.#named(place!, text, names);
  }

  /** The same of each element of a list. */
  choices<T>(place: Place | undefined, names: ReadonlyMap<string, T>): T[] | undefined {
    if (place === undefined || isEmpty(place.node)) return undefined;
    if (!isSeq(place.node)) return this.invalid(place, 'it is not a list');
    const found = place.node.items.map((node) => this.#named(place, this.text({ node, label: place.label }) ?? '', names));
    return found.filter((each) => each !== undefined);
  }

  #named<T>(place: Place, text: string, names: ReadonlyMap<string, T>): T | undefined {
    const known = [...names.keys()];
    if (names.has(text)) return names.get(text);
    return this.invalid(place, `'${text}' is not one of ${known.join(', ')}${didYouMean(text, known)}`);
  }
}

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}
