import { ConnwatchError } from '../../internal/errors.ts';
import type { Watching } from './source.ts';

/**
 * The one message of a stream.
 * @param signal ends it before
 * @throws (rejects) ConnwatchError CW_LIVE if there was none
 */
export async function first<T>(open: (take: (message: T) => void) => Watching<unknown>, signal: AbortSignal): Promise<T> {
  let message: T | undefined;
  const watching = open((one) => {
    message = one;
    // Not at once: without an agent this is within the call.
    queueMicrotask(() => watching.end());
  });
  const end = () => watching.end();
  signal.addEventListener('abort', end);
  await watching.ended;
  signal.removeEventListener('abort', end);
  if (message === undefined) throw new ConnwatchError('there was no answer before the end.', { code: 'CW_LIVE', hint: 'Try again, and see the log of the agent.' });
  return message;
}
