import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export type LogLine = Readonly<Record<string, unknown>>;

/** The JSON log lines of a process, as they come. */
export class Logs {
  readonly lines: LogLine[] = [];
  /** What was no JSON line, as printed. */
  readonly rest: string[] = [];
  #ended = false;
  readonly #waiting = new Set<() => void>();

  constructor(stream: Readable) {
    const reader = createInterface({ input: stream });
    reader.on('line', (line) => this.#take(line));
    reader.on('close', () => {
      this.#ended = true;
      for (const wake of this.#waiting) wake();
    });
  }

  /** The first line, past or future, that has these fields. @throws (rejects) with all that was said, when the process ends without it */
  async line(fields: LogLine): Promise<LogLine> {
    for (;;) {
      const found = this.lines.find((line) => Object.entries(fields).every(([name, value]) => line[name] === value));
      if (found !== undefined) return found;
      if (this.#ended) throw new Error(`never said ${JSON.stringify(fields)}, but:\n${this.text}`);
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
