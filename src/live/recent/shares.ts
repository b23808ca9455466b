/** Values in the order of their last use, by who holds them. The one who holds the most loses a value first, so nobody crowds out another. */
export class Shares<T extends { readonly holder: string }> {
  readonly #values = new Map<string, T>();
  readonly #held = new Map<string, number>();

  get size(): number {
    return this.#values.size;
  }

  get(id: string): T | undefined {
    return this.#values.get(id);
  }

  values(): IterableIterator<T> {
    return this.#values.values();
  }

  /** Adds a value, or makes it the last one used. */
  use(id: string, value: T): void {
    this.delete(id);
    this.#values.set(id, value);
    this.#held.set(value.holder, (this.#held.get(value.holder) ?? 0) + 1);
  }

  delete(id: string): void {
    const value = this.#values.get(id);
    if (value === undefined) return;
    this.#values.delete(id);
    const held = this.#held.get(value.holder)! - 1;
    if (held === 0) this.#held.delete(value.holder);
    else this.#held.set(value.holder, held);
  }

  /** Takes away the least recently used value of who holds the most. */
  takeOne(): T | undefined {
    let [most, holder] = [0, ''];
    for (const [name, held] of this.#held) if (held > most) [most, holder] = [held, name];
    for (const [id, value] of this.#values) {
      if (value.holder !== holder) continue;
      this.delete(id);
      return value;
    }
    return undefined;
  }
}
