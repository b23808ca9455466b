import { EVENT_OFFSETS, EVENT_SIZE, EVENT_WORDS, FLAG, KIND } from '../ebpf/layout.ts';
import type { Batch, Folded } from '../ebpf/types.ts';
import { OUTCOMES, type Outcome } from '../words/outcomes.ts';

/** A connect that failed, copied out of its batch. */
export interface FailedConnect {
  /** When it ended, nanoseconds of CLOCK_MONOTONIC. */
  readonly time: number;
  /** Of the process that connected; 0 if it is unknown or the kernel itself. */
  readonly pid: number;
  /** Its key number. Look it up at once: the number may be reused later. */
  readonly key: number;
  /** The peer's address: 16 bytes, IPv4 mapped. The record has it even if the key stands for many peers. */
  readonly address: Uint8Array;
  /** The peer's port. */
  readonly port: number;
  readonly outcome: Outcome;
  /** The error in the socket, 0 for none. */
  readonly errno: number;
  /** Seconds from the SYN to the end. */
  readonly seconds: number;
  /** SYNs sent, including retransmitted ones. */
  readonly syns: number;
}

const U32 = 2 ** 32;
const ADDRESS_SIZE = 16;

/**
 * Takes at most `rate` failed connects a second (up to `rate` at once after a pause) and
 * counts the others.
 */
export class FailureTap {
  /** Per second. 0: takes none, and counts none as left out. */
  rate: number;
  /** Failed connects above the rate, or whose record the kernel lost. */
  leftOut = 0;
  readonly #now: () => number;
  #allowed = 0;
  #at = -Infinity;

  /** @param now milliseconds of a monotonic clock */
  constructor(rate: number, now: () => number = () => performance.now()) {
    this.rate = rate;
    this.#now = now;
  }

  /** Counts failures whose record the kernel lost. */
  leaveOut({ rows, what, count }: Folded): void {
    if (this.rate === 0) return;
    for (let i = 0; i < rows; i++) {
      if (what[i]! > 0 && what[i]! < OUTCOMES.length) this.leftOut += count[i]!;
    }
  }

  take(batch: Batch): FailedConnect[] {
    const taken: FailedConnect[] = [];
    if (this.rate === 0) return taken;
    this.#refill();
    const { bytes, length } = batch;
    this.leftOut += batch.leftOut;
    for (let i = 0, at = 0; i < length; i++, at += EVENT_SIZE) {
      if (bytes[at + EVENT_OFFSETS.kind] !== KIND.connect || bytes[at + EVENT_OFFSETS.outcome] === 0) continue;
      if (this.#allowed < 1) {
        this.leftOut += 1;
        continue;
      }
      this.#allowed -= 1;
      taken.push(failedConnect(batch, i));
    }
    return taken;
  }

  #refill(): void {
    const now = this.#now();
    this.#allowed = Math.min(this.rate, this.#allowed + (Math.max(0, now - this.#at) / 1000) * this.rate);
    this.#at = now;
  }
}

function failedConnect({ bytes, words, keys }: Batch, i: number): FailedConnect {
  const at = i * EVENT_SIZE;
  const u64 = (offset: number) => words[i * EVENT_WORDS + offset / 4]! + words[i * EVENT_WORDS + offset / 4 + 1]! * U32;
  const u16 = (offset: number) => bytes[at + offset]! + bytes[at + offset + 1]! * 256;
  return {
    time: u64(EVENT_OFFSETS.time),
    // The high half of the owner (bpf/event.h).
    pid: words[i * EVENT_WORDS + EVENT_OFFSETS.owner / 4 + 1]!,
    key: keys[i]!,
    address: bytes.slice(at + EVENT_OFFSETS.raddr, at + EVENT_OFFSETS.raddr + ADDRESS_SIZE),
    port: u16(EVENT_OFFSETS.rport),
    outcome: OUTCOMES[bytes[at + EVENT_OFFSETS.outcome]!] ?? 'other',
    errno: u16(EVENT_OFFSETS.error),
    seconds: u64(EVENT_OFFSETS.duration) / 1e9,
    syns: (u16(EVENT_OFFSETS.flags) & FLAG.noSyn) !== 0 ? 0 : 1 + bytes[at + EVENT_OFFSETS.syn_retransmits]!,
  };
}
