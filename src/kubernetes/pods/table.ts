import type { Pod } from '../objects/pod.ts';

/** A kubelet runs 110 pods unless configured, and a few hundred at most. */
const MOST_PODS = 4000;
/** Pods that have been deleted, for the last counts of their containers. */
const MOST_GONE = 1000;
/** A container that restarts for ever has a new id each time. */
const MOST_IDS = 64;

/** The pods of this node, also those that were deleted a short time ago. */
export class PodTable {
  /** By the uid in cgroups. */
  readonly #pods = new Map<string, Pod>();
  /** The longest gone first. */
  readonly #gone = new Map<string, Pod>();
  #asOf = -Infinity;

  /** The moment of which everything is known; Infinity: changes come by themselves. */
  get asOf(): number {
    return this.#asOf;
  }

  get size(): number {
    return this.#pods.size;
  }

  get(cgroupUid: string): Pod | undefined {
    return this.#pods.get(cgroupUid) ?? this.#gone.get(cgroupUid);
  }

  /** All that there are. @param asOf when they were asked for */
  replace(pods: readonly Pod[], asOf: number): void {
    const there = new Set(pods.map(({ cgroupUid }) => cgroupUid));
    for (const uid of [...this.#pods.keys()]) if (!there.has(uid)) this.remove(uid);
    for (const pod of pods) this.set(pod);
    this.#asOf = asOf;
  }

  set(pod: Pod): void {
    const { cgroupUid } = pod;
    const known = this.get(cgroupUid);
    this.#gone.delete(cgroupUid);
    if (known === undefined && this.#pods.size >= MOST_PODS) return;
    this.#pods.set(cgroupUid, known === undefined ? pod : { ...pod, containers: merged(known.containers, pod.containers) });
  }

  remove(cgroupUid: string): void {
    const pod = this.#pods.get(cgroupUid);
    if (pod === undefined) return;
    this.#pods.delete(cgroupUid);
    this.#gone.set(cgroupUid, pod);
    if (this.#gone.size > MOST_GONE) this.#gone.delete(this.#gone.keys().next().value!);
  }
}

/** A status has the newest id of a container and the one before. Counts of older ones may still come. */
function merged(older: ReadonlyMap<string, string>, newer: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const all = new Map(older);
  for (const [id, name] of newer) {
    all.delete(id);
    all.set(id, name);
  }
  for (const id of all.keys()) {
    if (all.size <= MOST_IDS) break;
    all.delete(id);
  }
  return all;
}
