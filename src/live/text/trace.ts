import type { Outcome } from '../../words/outcomes.ts';
import type { CloseEvent, ConnectEvent, LeftOut, TraceEnd, TraceEvent } from '../trace/event.ts';
import { EVENTS_PER_SECOND } from '../trace/reader.ts';
import { endpoint, placeName, processName } from './names.ts';
import { bytes, duration, plural } from './units.ts';

const WORDS: Readonly<Record<Outcome, string>> = {
  success: 'connected',
  refused: 'refused',
  timeout: 'timed out',
  reset: 'reset',
  host_unreachable: 'host unreachable',
  network_unreachable: 'network unreachable',
  address_unavailable: 'no free local port',
  permission_denied: 'permission denied',
  unanswered: 'unanswered',
  cancelled: 'cancelled by its owner',
  other: 'failed',
};

/** How a connect ended, in words. */
export function outcomeText(outcome: Outcome): string {
  return WORDS[outcome];
}

/** `12:34:56.789 curl[20187] -> 198.51.100.9:5432 unanswered after 2.5 s, 3 SYNs`, in local time. */
export function traceLine(event: TraceEvent): string {
  const { workload, pid, comm, role, address, port, localPort, time } = event;
  const who = processName(workload, pid, comm);
  const peer = endpoint(address, port);
  const where = role === 'client' ? `${who} -> ${peer}` : `${who} :${localPort} <- ${peer}`;
  const place = placeName(workload);
  const what = event.event === 'connect' ? connectText(event) : event.event === 'accept' ? 'accepted' : closeText(event);
  return `${clock(time)} ${where} ${what}${place === '' ? '' : ` (${place})`}`;
}

function connectText({ outcome, error, seconds, syns }: ConnectEvent): string {
  const word = outcome === 'other' && error !== undefined ? `failed with ${error}` : outcomeText(outcome);
  if (syns === 0) return `${word}, no SYN sent`;
  return `${word} ${outcome === 'success' ? 'in' : 'after'} ${duration(seconds)}${syns > 1 ? `, ${plural(syns, 'SYN')}` : ''}`;
}

function closeText({ seconds, found, sent, received, retransmits, resetBy }: CloseEvent): string {
  const ended = resetBy === undefined ? 'closed' : resetBy === 'peer' ? 'reset by the peer' : 'reset by its owner';
  const after = found ? `after more than ${duration(seconds)}` : `after ${duration(seconds)}`;
  return `${ended} ${after}, sent ${bytes(sent)}, received ${bytes(received)}${retransmits > 0 ? `, ${plural(retransmits, 'retransmit')}` : ''}`;
}

/** What a reader did not get. Empty: nothing. */
export function leftOutText({ overLimit, tooSlow, unread }: Pick<LeftOut, 'overLimit' | 'tooSlow' | 'unread'>): string {
  const parts = [
    overLimit > 0 && `${plural(overLimit, 'event')} above ${EVENTS_PER_SECOND} per second`,
    tooSlow > 0 && `${plural(tooSlow, 'event')} for which the output was too slow`,
    unread > 0 && `${plural(unread, 'event')} that came too fast to be read`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? '' : `left out: ${parts.join('; ')}`;
}

/** The report at the end of a trace. */
export function endText(shown: number, end: Pick<TraceEnd, 'overLimit' | 'tooSlow' | 'unread'> | undefined): string {
  if (end === undefined) return `${plural(shown, 'event')}. The agent ended before it could say what was left out.`;
  return `${plural(shown, 'event')}; ${leftOutText(end) || 'nothing was left out'}.`;
}

function clock(time: string): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
