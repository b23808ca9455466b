import * as z from 'zod/mini';
import type { PeerNaming } from '../../identity/index.ts';
import type { Client } from '../access/client.ts';
import { ListWatch } from '../access/list-watch.ts';
import { nodeOf, serviceOf, sliceOf } from '../objects/service.ts';
import { PeerTable } from './table.ts';

/** What is followed: all; Services and nodes, which change seldom; nothing. */
export type PeersMode = 'all' | 'services' | 'off';

export interface PeersOptions {
  readonly mode: Exclude<PeersMode, 'off'>;
  readonly client: Pick<Client, 'get' | 'watch'>;
  readonly onState: (what: string, error: Error | undefined) => void;
  readonly elapsed: () => number;
  /** Longest time from the start that keys wait for the first lists, milliseconds. */
  readonly wait: number;
  /** Time until the first request, milliseconds. @default up to 5 s by chance: all agents of a cluster may start at once */
  readonly delay?: number;
}

/** Of the lists that are followed. */
export const PATHS = { services: '/api/v1/services', nodes: '/api/v1/nodes', slices: '/apis/discovery.k8s.io/v1/endpointslices' } as const;

const named = z.object({ metadata: z.object({ namespace: z.optional(z.string()), name: z.string() }) });

interface Kept {
  readonly key: string;
}

/** What is followed in a mode. */
export function followed(mode: PeersMode): readonly (keyof typeof PATHS)[] {
  if (mode === 'off') return [];
  return mode === 'all' ? ['services', 'nodes', 'slices'] : ['services', 'nodes'];
}

/** Follows the Services, EndpointSlices and nodes of the whole cluster, and keeps their addresses. */
export class Peers implements PeerNaming {
  readonly table = new PeerTable();
  readonly #options: PeersOptions;
  readonly #following: readonly ListWatch[];
  readonly #missing = new Set<string>();
  #until = Infinity;

  constructor(options: PeersOptions) {
    const { services, slices, nodes } = this.table;
    this.#options = options;
    this.#following = [
      this.#follow('services', serviceOf, services),
      this.#follow('nodes', nodeOf, nodes),
      ...(options.mode === 'all' ? [this.#follow('slices', sliceOf, slices)] : []),
    ];
  }

  start(): void {
    this.#until = this.#options.elapsed() + this.#options.wait;
    for (const one of this.#following) one.start();
  }

  /** Whether all that there are were read once, or it has taken too long. */
  get ready(): boolean {
    return this.#missing.size === 0 || this.#options.elapsed() >= this.#until;
  }

  of(address: string, port: number): string | undefined {
    return this.table.of(address, port);
  }

  /** Whoever gave the client closes it first. */
  async close(): Promise<void> {
    await Promise.all(this.#following.map((one) => one.close()));
  }

  #follow<T extends Kept>(what: keyof typeof PATHS, reduce: (object: unknown) => T | undefined, objects: { set(object: T): void; delete(key: string): void; replace(objects: readonly T[]): void }): ListWatch {
    const { client, onState, delay = Math.random() * 5000 } = this.#options;
    this.#missing.add(what);
    return new ListWatch({
      client,
      path: PATHS[what],
      reduce,
      delay,
      onList: (all) => {
        objects.replace(all.filter((one): one is T => one !== undefined));
        this.#missing.delete(what);
      },
      // A Service can lose its addresses; then it is none any more.
      onSet: (object) => {
        const kept = reduce(object);
        if (kept !== undefined) objects.set(kept);
        else objects.delete(keyOf(object));
      },
      onDelete: (object) => objects.delete(keyOf(object)),
      onState: (error) => onState(what, error),
    });
  }
}

/** Of any object. */
function keyOf(object: unknown): string {
  const { success, data } = named.safeParse(object);
  if (!success) return '';
  const { namespace, name } = data.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}
