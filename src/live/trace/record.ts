import { EVENT_OFFSETS, EVENT_SIZE, EVENT_WORDS, FLAG, ROLE_SERVER } from '../../ebpf/layout.ts';
import type { Batch } from '../../ebpf/types.ts';

const U32 = 2 ** 32;
const ADDRESS_SIZE = 16;

/** A view of one record of a batch at a time, without an object for each. Valid as long as the batch is. */
export class RecordView {
  #bytes: Uint8Array = new Uint8Array(0);
  #words: Uint32Array = new Uint32Array(0);
  #keys: Uint32Array = new Uint32Array(0);
  #index = 0;

  of({ bytes, words, keys }: Batch): this {
    [this.#bytes, this.#words, this.#keys] = [bytes, words, keys];
    return this;
  }

  at(index: number): this {
    this.#index = index;
    return this;
  }

  get key(): number {
    return this.#keys[this.#index]!;
  }

  /** KIND */
  get kind(): number {
    return this.#u8(EVENT_OFFSETS.kind);
  }

  /** Nanoseconds of CLOCK_MONOTONIC. */
  get time(): number {
    return this.#u64(EVENT_OFFSETS.time);
  }

  get netns(): number {
    return this.#u32(EVENT_OFFSETS.netns);
  }

  get cookie(): number {
    return this.#u64(EVENT_OFFSETS.cookie);
  }

  /** The low half of the owner: a sequence number. */
  get ownerLow(): number {
    return this.#u32(EVENT_OFFSETS.owner);
  }

  /** The high half; 0: unknown, or the kernel. */
  get pid(): number {
    return this.#u32(EVENT_OFFSETS.owner + 4);
  }

  /** A copy of 16 bytes, IPv4 mapped. */
  get address(): Uint8Array {
    const at = this.#index * EVENT_SIZE + EVENT_OFFSETS.raddr;
    return this.#bytes.slice(at, at + ADDRESS_SIZE);
  }


  /** The peer's. */
  get port(): number {
    return this.#u16(EVENT_OFFSETS.rport);
  }

  get localPort(): number {
    return this.#u16(EVENT_OFFSETS.lport);
  }

  get isServer(): boolean {
    return this.#u8(EVENT_OFFSETS.role) === ROLE_SERVER;
  }

  /** Index in OUTCOMES. */
  get outcome(): number {
    return this.#u8(EVENT_OFFSETS.outcome);
  }

  get errno(): number {
    return this.#u16(EVENT_OFFSETS.error);
  }

  /** Nanoseconds. */
  get duration(): number {
    return this.#u64(EVENT_OFFSETS.duration);
  }

  /** Of a close that reports its beginning too; HANDSHAKE_UNIT. */
  get handshake(): number {
    return this.#u32(EVENT_OFFSETS.handshake);
  }

  get syns(): number {
    return this.has(FLAG.noSyn) ? 0 : 1 + this.#u8(EVENT_OFFSETS.syn_retransmits);
  }

  get rttMicroseconds(): number {
    return this.#u32(EVENT_OFFSETS.srtt_us);
  }

  get sent(): number {
    return this.#u64(EVENT_OFFSETS.bytes_sent);
  }

  get received(): number {
    return this.#u64(EVENT_OFFSETS.bytes_received);
  }

  get retransmits(): number {
    return this.#u32(EVENT_OFFSETS.data_retransmits);
  }

  /** @param flag of FLAG */
  has(flag: number): boolean {
    return (this.#u16(EVENT_OFFSETS.flags) & flag) !== 0;
  }

  #u8(offset: number): number {
    return this.#bytes[this.#index * EVENT_SIZE + offset]!;
  }

  #u16(offset: number): number {
    return this.#u8(offset) + this.#u8(offset + 1) * 256;
  }

  #u32(offset: number): number {
    return this.#words[this.#index * EVENT_WORDS + offset / 4]!;
  }

  #u64(offset: number): number {
    return this.#u32(offset) + this.#u32(offset + 4) * U32;
  }
}
