import { EVENT_OFFSETS, EVENT_SIZE, EVENT_WORDS, FLAG, HANDSHAKE_UNIT, KIND, ROLE_SERVER } from '../ebpf/layout.ts';
import { FOLD_VALUES, type Batch, type Folded } from '../ebpf/types.ts';
import { LOSS_CLASS } from '../words/loss-classes.ts';
import { OUTCOMES } from '../words/outcomes.ts';
import { TCP_CLOSE_WAIT, TCP_ESTABLISHED } from '../words/tcp-states.ts';
import { HANDSHAKE_BOUNDS, LIFE_BOUNDS, bucketNear } from './histograms.ts';
import { Rows } from './rows.ts';
import { COLUMN, COLUMNS, SUM, SUMS, type SnapshotRows } from './snapshot.ts';

const ADDRESS_UNAVAILABLE = OUTCOMES.indexOf('address_unavailable');
/** Outcomes that leave no error in the socket (bpf/outcome.bpf.h). */
const WITHOUT_ERROR = new Set(['success', 'unanswered', 'cancelled'].map((outcome) => (OUTCOMES as readonly string[]).indexOf(outcome)));
const U32 = 2 ** 32;
const [FLAGS, ERROR] = [EVENT_OFFSETS.flags, EVENT_OFFSETS.error];
const WORD = {
  duration: EVENT_OFFSETS.duration / 4,
  srtt: EVENT_OFFSETS.srtt_us / 4,
  sent: EVENT_OFFSETS.bytes_sent / 4,
  received: EVENT_OFFSETS.bytes_received / 4,
  retransmits: EVENT_OFFSETS.data_retransmits / 4,
  handshake: EVENT_OFFSETS.handshake / 4,
} as const;

/** The buckets of the last record: hints. */
let lastHandshake = 0;
let lastRtt = 0;
let lastLife = 0;

/**
 * Adds batches up by key number, in arrays: no object and no method call for a record.
 */
export class WindowFold {
  readonly #rows = new Rows();

  add(batch: Batch): void {
    const { bytes, words, keys, length } = batch;
    const rows = this.#rows;
    for (let i = 0, at = 0, word = 0; i < length; i++, at += EVENT_SIZE, word += EVENT_WORDS) {
      const row = rows.of(keys[i]!);
      const { counts, sums } = rows;
      const kind = bytes[at + EVENT_OFFSETS.kind]!;
      if (kind === KIND.connect) addConnect(counts, row * COLUMNS, sums, row * SUMS, bytes, at, words, word);
      else if (kind === KIND.accept) counts[row * COLUMNS + COLUMN.accept]!++;
      else addMoved(counts, row * COLUMNS, sums, row * SUMS, bytes, at, words, word, kind === KIND.close);
    }
  }

  /** What the kernel has added up by itself. */
  addFolded({ rows, key, what, values }: Folded): void {
    for (let i = 0; i < rows; i++) {
      const row = this.#rows.of(key[i]!);
      const [count, sent, received, dataRetransmits, synRetransmits, resetsIn, resetsOut] = values.subarray(i * FOLD_VALUES.length);
      const kind = what[i]!;
      if (kind < COLUMN.accept) this.#foldedConnect(row, kind, count!);
      else this.#rows.count(row, kind === LOSS_CLASS.accept ? COLUMN.accept : COLUMN.close, count!);
      this.#rows.count(row, COLUMN.synRetransmits, synRetransmits!);
      this.#rows.count(row, COLUMN.dataRetransmits, dataRetransmits!);
      this.#rows.count(row, COLUMN.resetsIn, resetsIn!);
      this.#rows.count(row, COLUMN.resetsOut, resetsOut!);
      this.#rows.sum(row, SUM.bytesSent, sent!);
      this.#rows.sum(row, SUM.bytesReceived, received!);
    }
  }

  #foldedConnect(row: number, outcome: number, count: number): void {
    this.#rows.count(row, COLUMN.connect + outcome, count);
    if (outcome === ADDRESS_UNAVAILABLE) this.#rows.count(row, COLUMN.noSyn, count);
    else if (!WITHOUT_ERROR.has(outcome)) this.#rows.count(row, COLUMN.errored, count);
  }

  /** The rows so far; the fold is empty then. */
  take(): SnapshotRows {
    return this.#rows.take();
  }
}

function addConnect(counts: Uint32Array, count: number, sums: Float64Array, sum: number, bytes: Uint8Array, at: number, words: Uint32Array, word: number): void {
  const outcome = bytes[at + EVENT_OFFSETS.outcome]!;
  counts[count + COLUMN.connect + outcome]!++;
  counts[count + COLUMN.synRetransmits]! += bytes[at + EVENT_OFFSETS.syn_retransmits]!;
  if (outcome === 0) addHandshake(counts, count, sums, sum, bytes, at, u64(words, word + WORD.duration));
  else if ((bytes[at + FLAGS]! & FLAG.noSyn) !== 0) counts[count + COLUMN.noSyn]!++;
  else if ((bytes[at + ERROR]! | bytes[at + ERROR + 1]!) !== 0) counts[count + COLUMN.errored]!++;
}

/** @param ns not known of a success that is deduced */
function addHandshake(counts: Uint32Array, count: number, sums: Float64Array, sum: number, bytes: Uint8Array, at: number, ns: number): void {
  if ((flagsAt(bytes, at) & FLAG.late) !== 0) return;
  const seconds = ns / 1e9;
  lastHandshake = bucketNear(HANDSHAKE_BOUNDS, seconds, lastHandshake);
  counts[count + COLUMN.handshake + lastHandshake]!++;
  sums[sum + SUM.handshake]! += seconds;
}

/** A close, or what a connection that goes on has moved meanwhile. */
function addMoved(counts: Uint32Array, count: number, sums: Float64Array, sum: number, bytes: Uint8Array, at: number, words: Uint32Array, word: number, ended: boolean): void {
  sums[sum + SUM.bytesSent]! += u64(words, word + WORD.sent);
  sums[sum + SUM.bytesReceived]! += u64(words, word + WORD.received);
  counts[count + COLUMN.dataRetransmits]! += words[word + WORD.retransmits]!;
  const rtt = words[word + WORD.srtt]! / 1e6;
  if (rtt > 0) {
    lastRtt = bucketNear(HANDSHAKE_BOUNDS, rtt, lastRtt);
    counts[count + COLUMN.rtt + lastRtt]!++;
    sums[sum + SUM.rtt]! += rtt;
  }
  if (!ended) return;
  const flags = flagsAt(bytes, at);
  const state = bytes[at + EVENT_OFFSETS.state]!;
  counts[count + COLUMN.close]!++;
  if (state === TCP_ESTABLISHED || state === TCP_CLOSE_WAIT) counts[count + COLUMN.aborted]!++;
  if ((flags & FLAG.resetIn) !== 0) counts[count + COLUMN.resetsIn]!++;
  if ((flags & FLAG.resetOut) !== 0) counts[count + COLUMN.resetsOut]!++;
  if ((flags & FLAG.opened) !== 0) addOpened(counts, count, sums, sum, bytes, at, words[word + WORD.handshake]!);
  // The age of a connection is not known if it was there before, or if its begin or end was skipped.
  if ((flags & (FLAG.found | FLAG.late)) !== 0) return;
  const seconds = u64(words, word + WORD.duration) / 1e9;
  lastLife = bucketNear(LIFE_BOUNDS, seconds, lastLife);
  counts[count + COLUMN.life + lastLife]!++;
  sums[sum + SUM.life]! += seconds;
}

/** The success or the accept that the record of a close reports too. */
function addOpened(counts: Uint32Array, count: number, sums: Float64Array, sum: number, bytes: Uint8Array, at: number, handshake: number): void {
  if (bytes[at + EVENT_OFFSETS.role] === ROLE_SERVER) {
    counts[count + COLUMN.accept]!++;
    return;
  }
  counts[count + COLUMN.connect]!++;
  counts[count + COLUMN.synRetransmits]! += bytes[at + EVENT_OFFSETS.syn_retransmits]!;
  addHandshake(counts, count, sums, sum, bytes, at, handshake * HANDSHAKE_UNIT);
}

function flagsAt(bytes: Uint8Array, at: number): number {
  return bytes[at + FLAGS]! | (bytes[at + FLAGS + 1]! << 8);
}

/** A u64 as a number: exact below 2^53. */
function u64(words: Uint32Array, at: number): number {
  return words[at]! + words[at + 1]! * U32;
}
