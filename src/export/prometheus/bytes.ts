/** A growing buffer of bytes; `take()` returns its content. Use one per scrape. */
export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 16384) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  bytes(bytes: Uint8Array): void {
    const end = this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length = end;
  }

  slice(bytes: Buffer, from: number, to: number): void {
    const end = this.#reserve(to - from);
    bytes.copy(this.#bytes, this.#length, from, to);
    this.#length = end;
  }

  /** Appends any text as UTF-8. */
  text(text: string): void {
    // A UTF-16 code unit takes at most three bytes.
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  /** Appends ASCII text. */
  ascii(text: string): void {
    const end = this.#reserve(text.length);
    this.#bytes.write(text, this.#length, 'latin1');
    this.#length = end;
  }

  /** Appends a whole number of at most 9 digits, without creating a string. */
  digits(value: number): void {
    let count = 1;
    for (let rest = value; rest >= 10; rest = (rest / 10) | 0) count++;
    const end = this.#reserve(count);
    let rest = value;
    for (let at = end - 1; at >= this.#length; at--) {
      const tenth = (rest / 10) | 0;
      this.#bytes[at] = 48 + rest - tenth * 10;
      rest = tenth;
    }
    this.#length = end;
  }

  byte(value: number): void {
    const end = this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length = end;
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  #reserve(more: number): number {
    const end = this.#length + more;
    if (end > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(end, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    return end;
  }
}
