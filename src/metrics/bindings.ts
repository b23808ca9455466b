import type { Attributes } from '@opentelemetry/api';
import { TCP_STATES } from '../ebpf/layout.ts';
import type { Key } from '../ebpf/types.ts';
import { type CgroupsInUse, identify, peerOf, workloadOf } from '../identity/index.ts';
import type { AcceptAccount } from './accepts.ts';
import type { KeyTable } from './key-table.ts';
import type { ConnectAccount } from './connects.ts';
import type { Process } from './processes.ts';
import type { Wanted } from './series.ts';

/** Where a key counts. One of the accounts, by its role. */
export interface Binding {
  readonly key: Key;
  readonly process: Process | undefined;
  readonly connects: ConnectAccount | undefined;
  readonly accepts: AcceptAccount | undefined;
  /** By TCP state. */
  readonly connections: (Wanted | undefined)[];
  /** The last window it was seen in. */
  seen: number;
}

const IDLE_WINDOWS = 2;

/**
 * Key numbers to accounts, so that a row costs one look-up. A key that was in
 * no row and has no live socket for two windows is given back to the table.
 */
export class Bindings {
  readonly cgroups: CgroupsInUse;
  readonly #byId = new Map<number, Binding>();
  readonly #keys: KeyTable;
  readonly #bind: (key: Key) => Omit<Binding, 'key' | 'connections' | 'seen'>;

  constructor(keys: KeyTable, cgroups: CgroupsInUse, bind: (key: Key) => Omit<Binding, 'key' | 'connections' | 'seen'>) {
    this.#keys = keys;
    this.cgroups = cgroups;
    this.#bind = bind;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** undefined for key 0, which holds what did not fit the key table. */
  get(id: number, window: number): Binding | undefined {
    let binding = this.#byId.get(id);
    if (binding === undefined) {
      const key = id === 0 ? undefined : this.#keys.get(id);
      if (key === undefined) return undefined;
      binding = { ...this.#bind(key), key, connections: [], seen: window };
      account(binding).bound++;
      this.cgroups.add(key);
      this.#byId.set(id, binding);
    }
    binding.seen = window;
    return binding;
  }

  release(window: number): void {
    const idle: number[] = [];
    for (const [id, binding] of this.#byId) {
      if (window - binding.seen < IDLE_WINDOWS) continue;
      account(binding).bound--;
      this.cgroups.remove(binding.key);
      this.#byId.delete(id);
      idle.push(id);
    }
    // Nothing here refers to them any more, so the numbers may stand for other keys from now on.
    if (idle.length > 0) this.#keys.release(idle);
  }
}

function account(binding: Binding): { bound: number } {
  return (binding.connects ?? binding.accepts)!;
}

export function connectWanted(key: Key): Wanted {
  return wanted(key, { ...workloadOf(key), ...peerOf(key) });
}

export function acceptWanted(key: Key): Wanted {
  return wanted(key, { ...workloadOf(key), ...portOf(key) });
}

/** What a live socket of this key counts as in its state. */
export function connectionWanted(binding: Binding, state: number): Wanted {
  return (binding.connections[state] ??= wanted(binding.key, {
    ...workloadOf(binding.key),
    'network.connection.state': TCP_STATES[state] ?? 'unknown',
    role: binding.key.role,
  }));
}

/** The port that is listened on; not known of what was folded. */
function portOf({ port }: Key): Attributes {
  return port === 0 ? {} : { 'server.port': port };
}

function wanted(key: Key, attributes: Attributes): Wanted {
  return { id: identify(attributes), owner: key.cgroup, attributes: () => attributes };
}
