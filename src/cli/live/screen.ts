import { emitKeypressEvents, type Interface } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import ansiEscapes from 'ansi-escapes';
import type { PressedKey } from '../../live/top/state.ts';

export interface ScreenOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly onKey: (key: PressedKey) => void;
  readonly onResize: () => void;
}

/** After this many milliseconds the byte of Esc is the key, not the beginning of another key's sequence. Node.js waits 500. */
const ESCAPE_ALONE: Partial<Interface> & { readonly escapeCodeTimeout: number } = { escapeCodeTimeout: 50 };

const END_OF_LINE = '\u001b[K';
const WRAP_OFF = '\u001b[?7l';
const WRAP_ON = '\u001b[?7h';

/** The whole terminal, until it is disposed of; then it shows what it did before. */
export class Screen implements Disposable {
  readonly #options: ScreenOptions;
  readonly #key = (_: string | undefined, key: PressedKey): void => this.#options.onKey(key);
  #drawn: readonly string[] = [];

  constructor(options: ScreenOptions) {
    this.#options = options;
    const { input, output } = options;
    output.write(ansiEscapes.enterAlternativeScreen + ansiEscapes.cursorHide + WRAP_OFF);
    output.on('resize', this.#resize);
    if (!input.isTTY) return;
    emitKeypressEvents(input, ESCAPE_ALONE as Interface);
    input.setRawMode(true);
    input.on('keypress', this.#key);
    input.resume();
  }

  get size(): { readonly columns: number; readonly rows: number } {
    const { columns, rows } = this.#options.output;
    return { columns, rows };
  }

  /** Writes the lines that have changed. Each place is cleared before: after a full line the cursor is on its last character. */
  draw(lines: readonly string[]): void {
    const changed = lines.map((line, row) => (this.#drawn[row] === line ? '' : `${ansiEscapes.cursorTo(0, row)}${END_OF_LINE}${line}`)).join('');
    this.#drawn = lines;
    if (changed !== '') this.#options.output.write(changed);
  }

  [Symbol.dispose](): void {
    const { input, output } = this.#options;
    output.off('resize', this.#resize);
    input.off('keypress', this.#key);
    if (input.isTTY) input.setRawMode(false);
    input.pause();
    output.write(WRAP_ON + ansiEscapes.cursorShow + ansiEscapes.exitAlternativeScreen);
  }

  readonly #resize = (): void => {
    this.#drawn = [];
    this.#options.output.write(ansiEscapes.clearViewport);
    this.#options.onResize();
  };
}
