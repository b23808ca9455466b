/**
 * Names by key, where several objects may give the same key a name: two Services can select the same pods. Most keys
 * have one name, so that one costs no list.
 */
export class Names<K> {
  readonly #names = new Map<K, string | string[]>();

  get size(): number {
    return this.#names.size;
  }

  /** Of several the first one in the alphabet, so that every agent says the same. */
  get(key: K): string | undefined {
    const found = this.#names.get(key);
    return typeof found === 'object' ? found.reduce((first, one) => (one < first ? one : first)) : found;
  }

  add(key: K, name: string): void {
    const found = this.#names.get(key);
    this.#names.set(key, found === undefined ? name : typeof found === 'string' ? [found, name] : [...found, name]);
  }

  /** One that was added. */
  remove(key: K, name: string): void {
    const found = this.#names.get(key);
    if (typeof found !== 'object') {
      if (found === name) this.#names.delete(key);
      return;
    }
    const rest = found.toSpliced(found.indexOf(name), found.includes(name) ? 1 : 0);
    this.#names.set(key, rest.length === 1 ? rest[0]! : rest);
  }
}
