import { COLUMN, HANDSHAKE_BOUNDS, LIFE_BOUNDS, SUM, bucketOf } from '../../src/stream/index.ts';
import { type Batch, EVENT_OFFSETS as AT, EVENT_SIZE, KIND } from '../../src/ebpf/index.ts';
import { FLAG, HANDSHAKE_UNIT, ROLE_SERVER } from '../../src/ebpf/layout.ts';
import { TCP_CLOSE_WAIT, TCP_ESTABLISHED } from '../../src/words/tcp-states.ts';

/** Counters and sums of one key by column. */
export interface Folded {
  readonly counts: Record<number, number>;
  readonly sums: Record<number, number>;
}

/** Counts records as native/cut/counts.cc does, in plain words: what that is compared with. */
export function fold(into: Map<number, Folded>, { bytes, keys, length }: Batch): void {
  for (let i = 0; i < length; i++) {
    let row = into.get(keys[i]!);
    if (row === undefined) into.set(keys[i]!, (row = { counts: {}, sums: {} }));
    foldRecord(row, new DataView(bytes.buffer, bytes.byteOffset + i * EVENT_SIZE, EVENT_SIZE));
  }
}

function foldRecord({ counts, sums }: Folded, record: DataView): void {
  const count = (column: number, value = 1): void => {
    if (value !== 0) counts[column] = (counts[column] ?? 0) + value;
  };
  const sum = (column: number, value: number): void => {
    if (value !== 0) sums[column] = (sums[column] ?? 0) + value;
  };
  const u8 = (offset: number) => record.getUint8(offset);
  const u64 = (offset: number) => Number(record.getBigUint64(offset, true));
  const flags = record.getUint16(AT.flags, true);
  const has = (flag: number) => (flags & flag) !== 0;
  const sample = (what: 'handshake' | 'life' | 'rtt', bounds: readonly number[], seconds: number): void => {
    count(COLUMN[what] + bucketOf(bounds, seconds));
    sum(SUM[what], seconds);
  };
  const opened = (ns: number): void => {
    count(COLUMN.connect);
    count(COLUMN.synRetransmits, u8(AT.syn_retransmits));
    if (!has(FLAG.late)) sample('handshake', HANDSHAKE_BOUNDS, ns / 1e9);
  };
  const failed = (): void => {
    count(COLUMN.connect + u8(AT.outcome));
    count(COLUMN.synRetransmits, u8(AT.syn_retransmits));
    if (has(FLAG.noSyn)) count(COLUMN.noSyn);
    else if (record.getUint16(AT.error, true) !== 0) count(COLUMN.errored);
  };
  const closed = (): void => {
    count(COLUMN.close);
    if ([TCP_ESTABLISHED, TCP_CLOSE_WAIT].includes(u8(AT.state))) count(COLUMN.aborted);
    if (has(FLAG.resetIn)) count(COLUMN.resetsIn);
    if (has(FLAG.resetOut)) count(COLUMN.resetsOut);
    if (has(FLAG.opened) && u8(AT.role) === ROLE_SERVER) count(COLUMN.accept);
    else if (has(FLAG.opened)) opened(record.getUint32(AT.handshake, true) * HANDSHAKE_UNIT);
    if (!has(FLAG.found) && !has(FLAG.late)) sample('life', LIFE_BOUNDS, u64(AT.duration) / 1e9);
  };

  const kind = u8(AT.kind);
  if (kind === KIND.accept) count(COLUMN.accept);
  else if (kind === KIND.connect && u8(AT.outcome) === 0) opened(u64(AT.duration));
  else if (kind === KIND.connect) failed();
  else {
    sum(SUM.bytesSent, u64(AT.bytes_sent));
    sum(SUM.bytesReceived, u64(AT.bytes_received));
    count(COLUMN.dataRetransmits, record.getUint32(AT.data_retransmits, true));
    const rtt = record.getUint32(AT.srtt_us, true);
    if (rtt > 0) sample('rtt', HANDSHAKE_BOUNDS, rtt / 1e6);
    if (kind === KIND.close) closed();
  }
}
