import type { Attributes } from '@opentelemetry/api';
import { CONTAINER, type ContainerNames, type Name, type Nameable } from '../../identity/index.ts';
import type { Pod } from '../objects/pod.ts';
import { attributesOfOwner, type Owners } from './owners.ts';
import type { PodSource } from './source.ts';

/** The longest that counts of a container wait for its name, milliseconds. A container's id is in its pod's status a second or two after its start. */
export const WAIT = 15_000;
/** Containers that are remembered: more than a node runs. */
const KEPT = 8192;

interface Known {
  /** When it was met, on the clock that only goes forward. */
  readonly since: number;
  name: Name | undefined;
}

export interface PodNamesOptions {
  readonly owners: Pick<Owners, 'of'>;
  readonly elapsed: () => number;
  /** @default 15000 */
  readonly wait?: number;
}

/** Names the containers of pods, from what a source knows of this node's pods. */
export class PodNames implements ContainerNames {
  /** Where the pods are known from; undefined: not known yet. */
  source: PodSource | undefined;
  readonly #owners: Pick<Owners, 'of'>;
  readonly #elapsed: () => number;
  readonly #wait: number;
  /** By container id, or the pod's uid for what is in no container of it. The one met first is forgotten first. */
  readonly #known = new Map<string, Known>();
  #seeking = -Infinity;
  #soughtLate = -Infinity;

  constructor({ owners, elapsed, wait = WAIT }: PodNamesOptions) {
    this.#owners = owners;
    this.#elapsed = elapsed;
    this.#wait = wait;
  }

  /** Whether a container may still get its name from a newer list. */
  get wanted(): boolean {
    return this.#elapsed() - this.#seeking < this.#wait;
  }

  of(cgroup: Nameable): Name | 'later' | undefined {
    const uid = cgroup.podUid;
    // In no pod: it is not Kubernetes' business.
    if (uid === undefined) return undefined;
    const container = cgroup.kind === 'pod' ? undefined : (cgroup.podContainer ?? cgroup.id);
    const known = this.#meet(container ?? uid);
    if (known.name !== undefined) return known.name;
    const pod = this.source?.table.get(uid);
    const name = pod && this.#nameOf(pod, container, known.since);
    if (name !== undefined && !name.incomplete) {
      known.name = name;
      return name;
    }
    if (this.#elapsed() - known.since >= this.#wait) {
      this.#seekLate();
      return name;
    }
    // If its owner alone is not known, another list would tell nothing.
    if (name === undefined || CONTAINER in name.attributes) this.#seeking = Math.max(this.#seeking, known.since);
    return 'later';
  }

  /** For new keys of a container that has no name because the list was not to be had: their name may come after all. */
  #seekLate(): void {
    if (this.#elapsed() - this.#soughtLate < this.#wait) return;
    this.#soughtLate = this.#elapsed();
    this.source?.seek();
  }

  #meet(id: string): Known {
    let known = this.#known.get(id);
    if (known === undefined) {
      if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value!);
      this.#known.set(id, (known = { since: this.#elapsed(), name: undefined }));
      this.source?.seek();
    }
    return known;
  }

  #nameOf(pod: Pod, id: string | undefined, met: number): Name {
    const owner = this.#owners.of(pod);
    // The id of a container comes late. Where there is one container only, a list that is newer than it tells as much.
    const only = this.source!.table.asOf > met ? pod.only : undefined;
    const container = id === undefined ? undefined : (pod.containers.get(id) ?? only);
    const whose: Attributes = owner === undefined ? { 'k8s.pod.name': pod.name } : attributesOfOwner(owner === 'later' ? pod.owner! : owner);
    return {
      attributes: {
        'k8s.namespace.name': pod.namespace,
        ...whose,
        ...(container !== undefined && { 'k8s.container.name': container }),
        ...(container === undefined && id !== undefined && { [CONTAINER]: id }),
      },
      pod: { 'k8s.pod.name': pod.name, 'k8s.pod.uid': pod.uid },
      ...(owner === undefined && { ownsItself: true }),
      ...((owner === 'later' || (id !== undefined && container === undefined)) && { incomplete: true }),
    };
  }
}
