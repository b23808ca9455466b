import { isatty, type ReadStream, type WriteStream } from 'node:tty';
import type { startAgent } from '../agent/index.ts';
import type { Settings } from '../config/index.ts';
import { ConnwatchError, oneLine } from '../internal/errors.ts';
import { takeEarlySignals } from './early.ts';
import { EXIT } from './failure.ts';
import { errorsAreJson, jsonMessage } from './json-mode.ts';
import { leave } from './leave.ts';
import { runWithOptions } from './runtime.ts';

type Listener = (argument: never) => void;

/** Everything outside that the command line uses, so that tests can replace it. */
export interface Host {
  /** Arguments without the program's name. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Standard error is a terminal. */
  readonly terminal: boolean;
  /** How to format standard output. No columns: it is not a terminal. */
  readonly display: { readonly color: boolean; readonly columns: number | undefined };
  /** For a view of the whole screen. */
  readonly tty: () => { readonly input: ReadStream; readonly output: WriteStream };
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Calls the listener when nobody reads standard output any more (`connwatch trace | head -1`). */
  readonly onOutputGone: (listener: () => void) => void;
  /** Signals and uncaught errors: `process`. */
  readonly events: {
    on(event: string, listener: Listener): unknown;
    off(event: string, listener: Listener): unknown;
  };
  /** Ends the early handling of signals (early.ts); true: SIGHUP came meanwhile. */
  readonly takeOverSignals: () => boolean;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  /** The terminal that the process was started on is gone. */
  readonly hungUp: () => boolean;
  /** Starts this program again, as the same process, if Node.js lacks options of the agent. */
  readonly runWithOptions: () => void;
  /** While JavaScript is loaded, a thread loads the BPF programs. */
  readonly loadAgent: (settings: Settings) => Promise<{ startAgent: typeof startAgent }>;
  /** @throws (rejects) when the addon cannot be loaded. */
  readonly libbpfVersion: () => Promise<string>;
}

/** The real host. Call it first: from then on signals end a run properly. The rooms agent and ebpf are loaded only when a command needs them. */
export function realHost(): Host {
  const argv = process.argv.slice(2);
  const terminals = [0, 1, 2].filter(isatty);
  const hungUp = () => terminals.some((fd) => !isatty(fd));
  const takeOverSignals = takeEarlySignals(argv, process, hungUp);
  // Node.js would print its warnings as plain text; a run logs them.
  process.removeAllListeners('warning');
  // A closed pipe (`connwatch config | head -1`) must not crash the process.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', onOutputError);
  return {
    argv,
    environment: process.env,
    terminal: process.stderr.isTTY === true,
    display: {
      color: process.stdout.isTTY === true && !process.env['NO_COLOR'],
      columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    },
    // Reading standard input keeps the process alive, so nothing touches it before it is needed.
    tty: () => ({ input: process.stdin, output: process.stdout }),
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    onOutputGone: (listener) => void process.stdout.once('error', listener),
    events: process as unknown as Host['events'],
    takeOverSignals,
    now: () => performance.now(),
    exit: (code) => void leave(code),
    hungUp,
    runWithOptions,
    loadAgent: async (settings) => {
      const { preload } = await import('../ebpf/loading/preload.ts');
      preload({ attach: settings.attach, objectPath: settings.bpfObject, ringSize: settings.ringSize, syncFailures: settings.syncFailures });
      return import('../agent/index.ts');
    },
    libbpfVersion: async () => (await import('../ebpf/index.ts')).libbpfVersion(),
  };
}

/** A reader that is gone (EPIPE) has enough. Anything else, such as a full disk, has lost what was to be written. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || process.exitCode === EXIT.failed) return;
  process.exitCode = EXIT.failed;
  const message = `the output cannot be written: ${error.code ?? oneLine(error)}.`;
  const json = errorsAreJson({ argv: process.argv.slice(2), environment: process.env, terminal: process.stdout.isTTY });
  process.stderr.write(json ? jsonMessage(new ConnwatchError(message, { code: 'CW_LIVE' })) : `connwatch: ${message}\n`);
}
