import ipaddr from 'ipaddr.js';
import type { NativeKey } from '../binding.ts';
import type { Key, ProcessInfo } from '../types.ts';
import type { CgroupTable } from './cgroups.ts';
import type { ProcessTable } from './processes.ts';

const ROLE_CLIENT = 1;

/** Key numbers to what they stand for, in step with the addon's table. */
export class Keys {
  readonly #keys: (Key | undefined)[] = [];
  /** Keys whose process or cgroup has not been told yet: its record may be just behind. */
  #unbound: NativeKey[] = [];
  readonly #processes: ProcessTable;
  readonly #cgroups: Pick<CgroupTable, 'get'>;
  readonly #free: (ids: Uint32Array) => void;

  constructor(processes: ProcessTable, cgroups: Pick<CgroupTable, 'get'>, free: (ids: Uint32Array) => void) {
    this.#processes = processes;
    this.#cgroups = cgroups;
    this.#free = free;
  }

  add(native: NativeKey): void {
    const process = this.#processes.take(native.owner);
    const { cgroupPath } = this.#set(native, process);
    if ((process === undefined && native.owner !== 0n) || cgroupPath === undefined) this.#unbound.push(native);
  }

  /** Before a snapshot: names that came late are bound now, none later. */
  bind(): void {
    const unbound = this.#unbound;
    this.#unbound = [];
    for (const native of unbound) {
      // A reference is taken once.
      const process = this.#keys[native.id]?.process ?? this.#processes.take(native.owner);
      this.#set(native, process);
    }
  }

  /** The cgroups of all that is in use. */
  *cgroups(): Iterable<string> {
    for (const key of this.#keys) if (key !== undefined) yield key.cgroup;
  }

  #set(native: NativeKey, process: ProcessInfo | undefined): Key {
    const client = native.role === ROLE_CLIENT;
    const cgroup = native.cgroup.toString();
    const key: Key = {
      id: native.id,
      role: client ? 'client' : 'server',
      process,
      cgroup,
      cgroupPath: this.#cgroups.get(cgroup),
      netns: native.netns,
      address: client ? formatAddress(native.address) : '',
      port: native.port,
    };
    this.#keys[native.id] = key;
    return key;
  }

  get(id: number): Key | undefined {
    return this.#keys[id];
  }

  release(ids: Iterable<number>): void {
    const known = [...ids].filter((id) => this.#keys[id] !== undefined);
    for (const id of known) {
      this.#processes.release(this.#keys[id]?.process);
      this.#keys[id] = undefined;
    }
    if (known.length > 0) this.#free(Uint32Array.from(known));
  }
}

/** 16 bytes, IPv4 mapped, as text: dotted, or RFC 5952. */
export function formatAddress(bytes: Uint8Array): string {
  const address = new ipaddr.IPv6([...bytes]);
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toRFC5952String();
}
