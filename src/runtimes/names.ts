import type { ContainerNames, Name, Nameable } from '../identity/index.ts';
import { oneLine } from '../internal/errors.ts';
import type { Called } from './called.ts';

/** The longest that counts of a container wait for its name, milliseconds. */
const WAIT = 5000;
/** After this time a container about which the runtime did not answer is asked for again, milliseconds. */
const AGAIN = 30_000;
const KEPT = 4096;
/** At once; more wait for their turn. */
const MOST_ASKED = 8;

interface Known {
  readonly since: number;
  /** The runtime did not answer. */
  failed?: boolean;
  /** undefined: not known yet; null: it has none. */
  name: Name | null | undefined;
}

export interface RuntimeNamesOptions {
  /** Rejects if the runtime does not answer. */
  readonly inspect: (id: string, signal: AbortSignal) => Promise<Called | undefined>;
  readonly elapsed: () => number;
  /** For the first failure of a row. */
  readonly onError: (error: string) => void;
  /** @default 5000 */
  readonly wait?: number;
}

/** Names of containers outside of Kubernetes, by the runtime of a host. Each container is asked about once. */
export class RuntimeNames implements ContainerNames {
  readonly #options: RuntimeNamesOptions;
  readonly #wait: number;
  readonly #known = new Map<string, Known>();
  readonly #queue = new Set<string>();
  readonly #closing = new AbortController();
  #asked = 0;
  #failing = false;

  constructor(options: RuntimeNamesOptions) {
    this.#options = options;
    this.#wait = options.wait ?? WAIT;
  }

  of(cgroup: Nameable): Name | 'later' | undefined {
    // A pod's containers have names in Kubernetes.
    if (cgroup.kind !== 'container' || cgroup.podUid !== undefined || !/^[0-9a-f]{64}$/.test(cgroup.id)) return undefined;
    const known = this.#meet(cgroup.id);
    if (known.name !== undefined) return known.name ?? undefined;
    return this.#options.elapsed() - known.since < this.#wait ? 'later' : undefined;
  }

  close(): void {
    this.#closing.abort();
    this.#queue.clear();
  }

  #meet(id: string): Known {
    let known = this.#known.get(id);
    if (known?.failed && this.#options.elapsed() - known.since >= AGAIN) {
      this.#known.delete(id);
      known = undefined;
    }
    if (known === undefined) {
      if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value!);
      this.#known.set(id, (known = { since: this.#options.elapsed(), name: undefined }));
      this.#queue.add(id);
      this.#next();
    }
    return known;
  }

  #next(): void {
    for (const id of this.#queue) {
      if (this.#asked >= MOST_ASKED || this.#closing.signal.aborted) return;
      this.#queue.delete(id);
      this.#asked += 1;
      void this.#ask(id).finally(() => {
        this.#asked -= 1;
        this.#next();
      });
    }
  }

  async #ask(id: string): Promise<void> {
    const known = this.#known.get(id);
    if (known === undefined) return;
    try {
      const called = await this.#options.inspect(id, this.#closing.signal);
      known.name = called === undefined ? null : { attributes: { 'container.name': called.name, ...(called.image !== undefined && { 'container.image.name': called.image }) } };
      this.#failing = false;
    } catch (error) {
      // What counts now has its id.
      known.name = null;
      known.failed = true;
      if (!this.#failing && !this.#closing.signal.aborted) this.#options.onError(oneLine(error));
      this.#failing = true;
    }
  }
}

/** The first of several who knows a container. */
export function firstOf(all: readonly ContainerNames[]): ContainerNames {
  return {
    of(cgroup) {
      for (const names of all) {
        const name = names.of(cgroup);
        if (name !== undefined) return name;
      }
      return undefined;
    },
  };
}
