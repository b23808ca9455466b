import { spawnSync } from 'node:child_process';
import { must } from './run.ts';

/** Why there are no tests in a terminal; undefined: there are. */
export const noTmux: string | undefined = spawnSync('tmux', ['-V']).error === undefined ? undefined : 'tmux is not installed';

let count = 0;

/** A command in a real terminal, tmux. Its screen has `before` above and, at the end, `after` with the exit code. To be disposed of. */
export class Terminal implements AsyncDisposable {
  readonly #server = `connwatch-${process.pid}-${count++}`;

  private constructor() {}

  static async start(command: readonly string[], { columns, rows }: { columns: number; rows: number }): Promise<Terminal> {
    const terminal = new Terminal();
    const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    await terminal.#tmux('-f', '/dev/null', 'new-session', '-d', '-s', 't', '-x', `${columns}`, '-y', `${rows}`, `echo before; ${quoted}; echo after $?; sleep 60`);
    return terminal;
  }

  /** As `tmux send-keys` names them. */
  keys(...keys: string[]): void {
    spawnSync('tmux', ['-L', this.#server, 'send-keys', '-t', 't', ...keys]);
  }

  resize(columns: number, rows: number): void {
    spawnSync('tmux', ['-L', this.#server, 'resize-window', '-t', 't', '-x', `${columns}`, '-y', `${rows}`]);
  }

  /** What it shows. */
  async lines(): Promise<string[]> {
    return (await this.#tmux('capture-pane', '-p', '-t', 't')).trimEnd().split('\n');
  }

  /** The same with the escape sequences of its colours. */
  async colored(): Promise<string> {
    return (await this.#tmux('capture-pane', '-e', '-p', '-t', 't')).trimEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux('kill-server');
  }

  #tmux(...args: string[]): Promise<string> {
    return must(['tmux', '-L', this.#server, ...args]);
  }
}
