import { getSystemErrorName } from 'node:util';
import { formatAddress } from '../../ebpf/keys/keys.ts';
import { FLAG, HANDSHAKE_UNIT, KIND } from '../../ebpf/layout.ts';
import { OUTCOMES } from '../../words/outcomes.ts';
import type { CompiledFilter, Named } from './filter.ts';
import type { AcceptEvent, CloseEvent, ConnectEvent, TraceEvent } from './event.ts';
import type { RecordView } from './record.ts';

/** What a record does not say itself. */
export interface Surroundings {
  readonly named: Named;
  readonly netns: number | undefined;
  /** Nanoseconds of CLOCK_MONOTONIC to ISO 8601. */
  readonly timeOf: (monotonic: number) => string;
  /** What a closed connection moved in all, if its record does not say so. */
  readonly total: Moved | undefined;
  /** Nanoseconds of CLOCK_MONOTONIC: a beginning before it is left out. */
  readonly since: number;
}

export type Moved = Pick<CloseEvent, 'sent' | 'received' | 'retransmits'>;

/**
 * The events that a record stands for: a record of an end may report its beginning too. Failed connects
 * come from CONNECT records only.
 */
export function describe(record: RecordView, around: Surroundings): TraceEvent[] {
  const { kind } = record;
  if (kind === KIND.connect) return [connect(record, around)];
  if (kind === KIND.accept) return [accept(record, around, record.time)];
  if (kind !== KIND.close) return [];
  const end = close(record, around);
  const opened = record.time - record.duration;
  if (!record.has(FLAG.opened) || opened < around.since) return [end];
  return [record.isServer ? accept(record, around, opened) : success(record, around, opened), end];
}

/** Whether `describe` could give something that the filter wants. */
export function wants(filter: CompiledFilter, record: RecordView): boolean {
  const { kind } = record;
  return (kind === KIND.connect || kind === KIND.accept || kind === KIND.close) && filter.record(record);
}

function base(record: RecordView, { named, netns, timeOf }: Surroundings, time: number) {
  return {
    time: timeOf(time),
    pid: record.pid,
    ...(named.comm !== undefined && { comm: named.comm }),
    workload: named.workload,
    role: record.isServer ? ('server' as const) : ('client' as const),
    address: formatAddress(record.address),
    port: record.port,
    localPort: record.localPort,
    ...(netns !== undefined && { netns }),
  };
}

function connect(record: RecordView, around: Surroundings): ConnectEvent {
  const { errno } = record;
  return {
    event: 'connect',
    ...base(record, around, record.time),
    outcome: OUTCOMES[record.outcome] ?? 'other',
    ...(errno !== 0 && record.outcome !== 0 && { error: getSystemErrorName(-errno) }),
    seconds: record.duration / 1e9,
    syns: record.syns,
  };
}

function success(record: RecordView, around: Surroundings, time: number): ConnectEvent {
  return { event: 'connect', ...base(record, around, time), outcome: 'success', seconds: (record.handshake * HANDSHAKE_UNIT) / 1e9, syns: record.syns };
}

function accept(record: RecordView, around: Surroundings, time: number): AcceptEvent {
  return { event: 'accept', ...base(record, around, time) };
}

function close(record: RecordView, around: Surroundings): CloseEvent {
  const { sent, received, retransmits } = around.total ?? record;
  const resetBy = record.has(FLAG.resetIn) ? 'peer' : record.has(FLAG.resetOut) ? 'owner' : undefined;
  return {
    event: 'close',
    ...base(record, around, record.time),
    seconds: record.duration / 1e9,
    ...(record.has(FLAG.found) && { found: true }),
    sent,
    received,
    retransmits,
    rtt: record.rttMicroseconds / 1e6,
    ...(resetBy !== undefined && { resetBy }),
  };
}
