import { EventEmitter } from 'node:events';
import type { Settings } from '../config/index.ts';
import type { Logger } from '../internal/log/log.ts';
import type { Host } from './host.ts';

export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

export function deferred<T = void>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}

/** A fake host: the test controls its agent, and its clock stands still. */
export function fakeHost(argv: readonly string[], environment: Record<string, string> = {}) {
  const events = new EventEmitter();
  const agent = { failed: deferred<Error>(), started: deferred(), reloaded: deferred(), stops: 0, stop: () => Promise.resolve() };
  const seen = { stdout: '', stderr: '', exits: [] as number[], settings: undefined as Settings | undefined, reloads: [] as Settings[], hungUp: false, hangUpCame: false, now: 0 };
  let log: Logger | undefined;
  const host: Host = {
    argv,
    environment,
    terminal: true, // no JSON lines on the real standard error of the tests
    display: { color: false, columns: undefined },
    tty: () => ({ input: process.stdin, output: process.stdout }),
    stdout: (text) => void (seen.stdout += text),
    stderr: (text) => void (seen.stderr += text),
    onOutputGone: () => {},
    events: events as unknown as Host['events'],
    takeOverSignals: () => seen.hangUpCame,
    now: () => seen.now,
    exit: (code) => void seen.exits.push(code),
    hungUp: () => seen.hungUp,
    runWithOptions: () => {},
    loadAgent: () =>
      Promise.resolve({
        startAgent: (settings: Settings, given: Logger) => {
          seen.settings = settings;
          log = given;
          agent.started.resolve();
          return Promise.resolve({
            failed: agent.failed.promise,
            reload: (next: Settings) => {
              seen.reloads.push(next);
              agent.reloaded.resolve();
            },
            stop: () => {
              agent.stops += 1;
              return agent.stop();
            },
          });
        },
      }),
    libbpfVersion: () => Promise.resolve('1.1.2'),
  };
  return { host, events, agent, seen, log: () => log };
}

/** A logger that keeps its lines as `level message fields`. */
export function fakeLog(debug = false) {
  const lines: unknown[] = [];
  const at =
    (level: string) =>
    (fields: object | string, message?: string): void =>
      void lines.push(typeof fields === 'string' ? [level, fields, {}] : [level, message, fields]);
  const log: Logger = {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
    level: 'info',
    child: () => log,
    isLevelEnabled: () => debug,
  };
  return { log, lines };
}
