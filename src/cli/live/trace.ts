import type { ClientSource } from '../../live/client/source.ts';
import type { TraceEvent, TraceMessage } from '../../live/trace/event.ts';
import type { TraceFilter } from '../../live/trace/filter.ts';
import { endText, leftOutText, traceLine } from '../../live/text/trace.ts';
import { ConnwatchError } from '../../internal/errors.ts';
import { EXIT } from '../failure.ts';
import type { Host } from '../host.ts';
import { stopSignals } from './signals.ts';

export interface TraceOptions {
  readonly filter: TraceFilter;
  readonly json: boolean;
  /** Milliseconds. */
  readonly duration?: number;
  /** Events. */
  readonly count?: number;
}

type TraceHost = Pick<Host, 'stdout' | 'stderr' | 'display' | 'events' | 'takeOverSignals' | 'onOutputGone'>;

/**
 * `connwatch trace`: a line for each event, until Ctrl-C, the end of the duration or the last event of the count.
 * Exit code 1 if the agent ends before.
 * @throws (rejects) ConnwatchError
 */
export async function trace(source: ClientSource, { filter, json, duration, count = Infinity }: TraceOptions, host: TraceHost): Promise<number> {
  let shown = 0;
  let gone = false;
  let asked = false;
  const stop = (): void => {
    asked = true;
    watching.end();
  };
  const print = (event: TraceEvent): void => {
    if (shown >= count) return;
    shown += 1;
    host.stdout(json ? `${JSON.stringify(event)}\n` : `${colored(event, host.display.color)}\n`);
    if (shown >= count) stop();
  };
  const onMessage = (message: TraceMessage): void => {
    if (message.event === 'end') return;
    if (message.event !== 'left_out' && message.event !== 'begin') print(message);
    else if (json) host.stdout(`${JSON.stringify(message)}\n`);
    else if (message.event === 'begin') host.stderr(`Tracing, by ${source.origin}. Ctrl-C ends it.\n`);
    else host.stdout(`-- ${leftOutText(message)}\n`);
  };
  const watching = source.trace(filter, onMessage);
  using _signals = stopSignals(host, stop);
  host.onOutputGone(() => {
    gone = true;
    stop();
  });
  const timer = duration === undefined ? undefined : setTimeout(stop, duration);
  const end = await watching.ended;
  clearTimeout(timer);
  if (gone) return EXIT.fine;
  if (json && end !== undefined) host.stdout(`${JSON.stringify({ ...end, shown })}\n`);
  if (!json && end !== undefined) host.stderr(`${endText(shown, end)}\n`);
  if (end !== undefined && asked) return EXIT.fine;
  throw new ConnwatchError(end === undefined ? `the agent has ended. ${endText(shown, undefined)}` : 'the agent has stopped, and the trace with it.', { code: 'CW_LIVE', hint: 'Start the agent again.' });
}

/** Failures and resets stand out by weight and colour: orange and blue differ for people who see no red or green. */
function colored(event: TraceEvent, color: boolean): string {
  const line = traceLine(event);
  if (!color) return line;
  if (event.event === 'connect' && event.outcome !== 'success') return `\u001b[1;38;5;208m${line}\u001b[0m`;
  if (event.event === 'close' && event.resetBy !== undefined) return `\u001b[38;5;208m${line}\u001b[0m`;
  return event.event === 'close' ? `\u001b[2m${line}\u001b[0m` : line;
}
