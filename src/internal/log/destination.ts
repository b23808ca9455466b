import { constants, fstatSync, openSync } from 'node:fs';
import { pino, type DestinationStream } from 'pino';
import { codeOf } from '../errors.ts';

/** Bytes that wait for a reader; what comes on top is dropped. */
const ROOM = 1024 * 1024;
const RETRY_MS = 100;
/** How long an ending process waits for a reader. */
const AT_EXIT_MS = 1000;

export interface DestinationOptions {
  /** There is a reader again; so many lines have been dropped meanwhile. */
  readonly onDropped: (lines: number) => void;
  /** @default 2, standard error */
  readonly fd?: number;
}

/**
 * Standard error, written at once: nothing is lost when the process ends. A pipe
 * that nobody reads stops nobody: its lines wait, up to 1 MiB of them.
 */
export function standardError({ onDropped, fd = 2 }: DestinationOptions): DestinationStream {
  let dropped = 0;
  let patientUntil = 0;
  let full = false;
  let retry: NodeJS.Timeout | undefined;
  const pipe = reopenedPipe(fd);
  const stream = pino.destination({ fd: pipe ?? fd, sync: true, maxLength: ROOM, retryEAGAIN: () => performance.now() < patientUntil });
  // A log that cannot be written (reader gone, disk full) must not end the agent.
  stream.on('error', (error) => {
    if (codeOf(error) !== 'EAGAIN') return;
    full = true;
    retry ??= setTimeout(again, RETRY_MS).unref();
  });
  stream.on('drop', () => dropped++);
  const again = (): void => {
    retry = undefined;
    full = false;
    stream.write('');
    if (full || dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    onDropped(lines);
  };
  if (pipe !== undefined) {
    process.on('exit', () => {
      patientUntil = performance.now() + AT_EXIT_MS;
      try {
        stream.flushSync();
      } catch {
        // Still nobody reads.
      }
    });
  }
  return stream;
}

/**
 * The same pipe by a file description of its own, on which a write does not wait: to change the one that was
 * inherited would change it for whoever else has it. Undefined where it is none, or is another user's.
 */
function reopenedPipe(fd: number): number | undefined {
  try {
    if (!fstatSync(fd).isFIFO()) return undefined;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
