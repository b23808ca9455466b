import { EVENT_OFFSETS, EVENT_SIZE, EVENT_WORDS, FLAG, HANDSHAKE_UNIT, KIND, ROLE_SERVER } from '../ebpf/layout.ts';
import { FOLD_VALUES, type Batch, type Folded } from '../ebpf/types.ts';
import { LOSS_CLASS } from '../words/loss-classes.ts';
import { OUTCOMES } from '../words/outcomes.ts';
import { TCP_CLOSE_WAIT, TCP_ESTABLISHED } from '../words/tcp-states.ts';
import { HANDSHAKE_BOUNDS, LIFE_BOUNDS, bucketOf } from './histograms.ts';
import { Rows } from './rows.ts';
import { COLUMN, SUM, type SnapshotRows } from './snapshot.ts';

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

/** Adds batches up by key number, in arrays: no object for a record. */
export class WindowFold {
  readonly #rows = new Rows();

  add(batch: Batch): void {
    const { bytes, keys, length } = batch;
    for (let i = 0, at = 0; i < length; i++, at += EVENT_SIZE) {
      const row = this.#rows.of(keys[i]!);
      const kind = bytes[at + EVENT_OFFSETS.kind]!;
      if (kind === KIND.connect) this.#connect(row, batch, i);
      else if (kind === KIND.accept) this.#rows.count(row, COLUMN.accept, 1);
      else this.#moved(row, batch, i, kind === KIND.close);
      if (kind === KIND.close && (flagsAt(bytes, at) & FLAG.opened) !== 0) this.#opened(row, batch, i);
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

  #connect(row: number, { bytes, words }: Batch, i: number): void {
    const at = i * EVENT_SIZE;
    const rows = this.#rows;
    const outcome = bytes[at + EVENT_OFFSETS.outcome]!;
    rows.count(row, COLUMN.connect + outcome, 1);
    this.#syns(row, bytes, at);
    if (outcome === 0) this.#handshake(row, bytes, at, u64(words, i * EVENT_WORDS + WORD.duration));
    else if ((bytes[at + FLAGS]! & FLAG.noSyn) !== 0) rows.count(row, COLUMN.noSyn, 1);
    else if ((bytes[at + ERROR]! | bytes[at + ERROR + 1]!) !== 0) rows.count(row, COLUMN.errored, 1);
  }

  /** The success or the accept that the record of a close reports too. */
  #opened(row: number, { bytes, words }: Batch, i: number): void {
    const at = i * EVENT_SIZE;
    if (bytes[at + EVENT_OFFSETS.role] === ROLE_SERVER) {
      this.#rows.count(row, COLUMN.accept, 1);
      return;
    }
    this.#rows.count(row, COLUMN.connect, 1);
    this.#syns(row, bytes, at);
    this.#handshake(row, bytes, at, words[i * EVENT_WORDS + WORD.handshake]! * HANDSHAKE_UNIT);
  }

  #syns(row: number, bytes: Uint8Array, at: number): void {
    const syns = bytes[at + EVENT_OFFSETS.syn_retransmits]!;
    if (syns > 0) this.#rows.count(row, COLUMN.synRetransmits, syns);
  }

  /** @param ns not known of a success that is deduced */
  #handshake(row: number, bytes: Uint8Array, at: number, ns: number): void {
    if ((flagsAt(bytes, at) & FLAG.late) !== 0) return;
    const seconds = ns / 1e9;
    this.#rows.count(row, COLUMN.handshake + bucketOf(HANDSHAKE_BOUNDS, seconds), 1);
    this.#rows.sum(row, SUM.handshake, seconds);
  }

  /** A close, or what a connection that goes on has moved meanwhile. */
  #moved(row: number, { bytes, words }: Batch, i: number, ended: boolean): void {
    const rows = this.#rows;
    const word = i * EVENT_WORDS;
    rows.sum(row, SUM.bytesSent, u64(words, word + WORD.sent));
    rows.sum(row, SUM.bytesReceived, u64(words, word + WORD.received));
    const retransmits = words[word + WORD.retransmits]!;
    if (retransmits > 0) rows.count(row, COLUMN.dataRetransmits, retransmits);
    const rtt = words[word + WORD.srtt]! / 1e6;
    if (rtt > 0) {
      rows.count(row, COLUMN.rtt + bucketOf(HANDSHAKE_BOUNDS, rtt), 1);
      rows.sum(row, SUM.rtt, rtt);
    }
    if (!ended) return;
    const at = i * EVENT_SIZE;
    const flags = flagsAt(bytes, at);
    const state = bytes[at + EVENT_OFFSETS.state]!;
    rows.count(row, COLUMN.close, 1);
    if (state === TCP_ESTABLISHED || state === TCP_CLOSE_WAIT) rows.count(row, COLUMN.aborted, 1);
    if ((flags & FLAG.resetIn) !== 0) rows.count(row, COLUMN.resetsIn, 1);
    if ((flags & FLAG.resetOut) !== 0) rows.count(row, COLUMN.resetsOut, 1);
    // Nobody knows how old a connection is that was there before, or when one began or ended that was not shown.
    if ((flags & (FLAG.found | FLAG.late)) !== 0) return;
    const seconds = u64(words, word + WORD.duration) / 1e9;
    rows.count(row, COLUMN.life + bucketOf(LIFE_BOUNDS, seconds), 1);
    rows.sum(row, SUM.life, seconds);
  }
}

function flagsAt(bytes: Uint8Array, at: number): number {
  return bytes[at + FLAGS]! | (bytes[at + FLAGS + 1]! << 8);
}

/** A u64 as a number: exact below 2^53. */
function u64(words: Uint32Array, at: number): number {
  return words[at]! + words[at + 1]! * U32;
}
