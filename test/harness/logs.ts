import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export type LogLine = Readonly<Record<string, unknown>>;

/** The JSON log lines of a process, as they come. */
export class Logs {
  readonly lines: LogLine[] = [];
  /** What was no JSON line, as printed. */
  readonly rest: string[] = [];
  /** Resolves when the process has said its last. */
  readonly ended: Promise<void>;
  #ended = false;
  readonly #waiting = new Set<() => void>();

  constructor(stream: Readable) {
    const reader = createInterface({ input: stream });
    reader.on('line', (line) => this.#take(line));
    let resolve!: () => void;
    this.ended = new Promise((done) => (resolve = done));
    reader.on('close', () => {
      resolve();
      this.#ended = true;
      for (const wake of this.#waiting) wake();
    });
  }

  /** The first line, past or future, that has these fields. @throws (rejects) with all that was said, when the process ends without it */
  async line(fields: LogLine): Promise<LogLine> {
    const isIt = (line: LogLine) => Object.entries(fields).every(([name, value]) => line[name] === value);
    return this.#wait(() => this.lines.find(isIt), JSON.stringify(fields));
  }

  /** The line of that number, from 0, past or future. @throws (rejects) with all that was said, when the process ends before it */
  async nth(index: number): Promise<LogLine> {
    return this.#wait(() => this.lines[index], `line ${index}`);
  }

  /** The first line that is no JSON and has this text, past or future. @throws (rejects) as `line` */
  async plain(part: string): Promise<string> {
    return this.#wait(() => this.rest.find((line) => line.includes(part)), part);
  }

  async #wait<T>(find: () => T | undefined, what: string): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#ended) throw new Error(`never said ${what}, but:\n${this.text}`);
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  get text(): string {
    return [...this.lines.map((line) => JSON.stringify(line)), ...this.rest].join('\n');
  }

  #take(text: string): void {
    const line = parse(text);
    if (line === undefined) this.rest.push(text);
    else this.lines.push(line);
    for (const wake of this.#waiting) wake();
  }
}

function parse(text: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as LogLine) : undefined;
  } catch {
    return undefined;
  }
}
