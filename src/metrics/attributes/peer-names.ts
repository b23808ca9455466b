import ipaddr from 'ipaddr.js';
import type { NamedRanges } from '../../words/peer-names.ts';

/** A client in none of the ranges. */
export const OTHER = '[other]';

/** Networks of one length, by their bits. */
interface Networks {
  readonly version: 'ipv4' | 'ipv6';
  readonly length: number;
  readonly names: Map<bigint, string>;
}

/**
 * Names of addresses by range; the longest prefix wins. One look-up for each length that
 * there is, however many ranges.
 */
export class PeerNames {
  /** The longest first. */
  readonly #networks: Networks[] = [];

  /** In the order of clientRanges(). */
  readonly #names: readonly string[];

  constructor(ranges: NamedRanges) {
    this.#names = longestFirst(ranges).map(([, name]) => name);
    for (const [range, name] of ranges) this.#add(range, name);
    this.#networks.sort((a, b) => b.length - a.length);
  }

  /** undefined: it is in no range. */
  of(address: string): string | undefined {
    if (this.#networks.length === 0 || !ipaddr.isValid(address)) return undefined;
    const [version, bits] = bitsOf(address);
    for (const networks of this.#networks) {
      const name = networks.version === version ? networks.names.get(prefixOf(bits, version, networks.length)) : undefined;
      if (name !== undefined) return name;
    }
    return undefined;
  }

  /** Of `Key.clientRange`; '': not known. */
  ofRange(range: number): string {
    return range === 0 ? '' : (this.#names[range - 1] ?? OTHER);
  }

  #add(range: string, name: string): void {
    const [address = '', text] = range.split('/');
    const [version, bits] = bitsOf(address);
    const length = Number(text);
    let networks = this.#networks.find((known) => known.version === version && known.length === length);
    if (networks === undefined) this.#networks.push((networks = { version, length, names: new Map() }));
    networks.names.set(prefixOf(bits, version, length), name);
  }
}

function bitsOf(text: string): ['ipv4' | 'ipv6', bigint] {
  const address = ipaddr.parse(text);
  return [address.kind(), address.toByteArray().reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n)];
}

function prefixOf(bits: bigint, version: 'ipv4' | 'ipv6', length: number): bigint {
  return bits >> BigInt((version === 'ipv4' ? 32 : 128) - length);
}

/** For Config.clientRanges of src/ebpf: which of these ranges a server's client is in. */
export function clientRanges(ranges: NamedRanges): Uint8Array {
  return Uint8Array.from(longestFirst(ranges).flatMap(([range]) => [...mappedOf(range).address, mappedOf(range).length]));
}

function longestFirst(ranges: NamedRanges): [string, string][] {
  return [...ranges].sort(([a], [b]) => mappedOf(b).length - mappedOf(a).length);
}

function mappedOf(range: string): { readonly address: readonly number[]; readonly length: number } {
  const [text = '', length] = range.split('/');
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv4) return { address: address.toIPv4MappedAddress().toByteArray(), length: Number(length) + 96 };
  return { address: address.toByteArray(), length: Number(length) };
}
