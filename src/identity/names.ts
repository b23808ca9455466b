import type { Attributes } from '@opentelemetry/api';
import type { Resolution } from './container.ts';

/** A cgroup that something outside the kernel may have a name for. */
export type Nameable = Extract<Resolution, { readonly kind: 'container' | 'pod' }>;

/** What a container is called, in attributes of its own. */
export interface Name {
  /** On every metric by workload. */
  readonly attributes: Attributes;
  /** Of its pod; on the metrics that ask for it. */
  readonly pod?: Attributes;
  /** Nobody owns the pod, so its name tells it apart wherever owners do. */
  readonly ownsItself?: boolean;
  /** Something of it did not become known in time. */
  readonly incomplete?: boolean;
}

/** Who names containers: Kubernetes, a container runtime. */
export interface ContainerNames {
  /**
   * Called again and again while the answer is `later`, which has an end: then it is the part that is known, or
   * undefined. The name of a container does not change; where it comes late, the answers before differ from those after.
   */
  of(cgroup: Nameable): Name | 'later' | undefined;
}

/** Who names the peers of clients. */
export interface PeerNaming {
  /** Whether it knows what there is; until then keys of clients wait. Has an end. */
  readonly ready: boolean;
  /** In the place of the address; undefined: none. */
  of(address: string, port: number): string | undefined;
}
