/** Records may wait this long, milliseconds, because metrics show them only when their window ends, after seconds. */
export const DRAIN_PATIENCE_MS = 50;

/** While pages are written, the event loop belongs to them in pieces of milliseconds. Records should not wait for both. */
const WRITING_PATIENCE_MS = 3;

/** Where one scrape follows another at once, the time between them counts as writing. Longer than readers need for a long page. */
const LINGER_MS = 500;

/** Says how long records may wait, by whether pages are written. */
export class Patience {
  readonly #set: (ms: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #isWriting = false;

  constructor(set: (ms: number) => void) {
    this.#set = set;
  }

  /** Whether pages are written, or were a moment ago. */
  get isWriting(): boolean {
    return this.#isWriting;
  }

  readonly writing = (busy: boolean): void => {
    clearTimeout(this.#timer);
    if (busy) this.#change(true);
    else this.#timer = setTimeout(() => this.#change(false), LINGER_MS).unref();
  };

  #change(isWriting: boolean): void {
    this.#isWriting = isWriting;
    this.#set(isWriting ? WRITING_PATIENCE_MS : DRAIN_PATIENCE_MS);
  }
}
