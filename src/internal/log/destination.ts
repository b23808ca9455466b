import { constants, fstatSync, openSync } from 'node:fs';
import { pino, type DestinationStream } from 'pino';
import { codeOf } from '../errors.ts';

/** Maximum of bytes that wait for a reader. Further lines are dropped. */
const ROOM = 1024 * 1024;
const RETRY_MS = 100;
/** How long an ending process waits for a reader. */
const AT_EXIT_MS = 1000;

export interface DestinationOptions {
  /** Called when there is a reader again, with the number of dropped lines. */
  readonly onDropped: (lines: number) => void;
  /** @default 2, standard error */
  readonly fd?: number;
}

/**
 * Writes to standard error synchronously, so that nothing is lost when the process ends.
 * A pipe that nobody reads does not block: up to 1 MiB of lines wait.
 */
export function standardError({ onDropped, fd = 2 }: DestinationOptions): DestinationStream {
  let dropped = 0;
  let patientUntil = 0;
  let full = false;
  let retry: NodeJS.Timeout | undefined;
  const pipe = reopenedPipe(fd);
  const stream = pino.destination({ fd: pipe ?? fd, sync: true, maxLength: ROOM, retryEAGAIN: () => performance.now() < patientUntil });
  // An unwritable log (reader gone, disk full) must not end the agent.
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
        // There is still no reader.
      }
    });
  }
  return stream;
}

/**
 * Opens the same pipe again in non-blocking mode, because a change of the inherited file description would affect
 * every process that shares it. undefined: not a pipe, or a pipe of another user.
 */
function reopenedPipe(fd: number): number | undefined {
  try {
    if (!fstatSync(fd).isFIFO()) return undefined;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
