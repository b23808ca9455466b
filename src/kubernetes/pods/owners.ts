import type { Attributes } from '@opentelemetry/api';
import * as z from 'zod/mini';
import type { Client } from '../access/client.ts';
import { METADATA_ONLY } from '../access/client.ts';
import { statusOf } from '../access/error.ts';
import type { Backoff } from '../access/backoff.ts';
import { metadata, type Owner, ownerOf, type Pod } from '../objects/pod.ts';

/** Conventional attributes of owners, by kind: https://opentelemetry.io/docs/specs/semconv/resource/k8s/ */
const BY_KIND: Readonly<Record<string, string>> = {
  'apps/Deployment': 'k8s.deployment.name',
  'apps/StatefulSet': 'k8s.statefulset.name',
  'apps/DaemonSet': 'k8s.daemonset.name',
  'apps/ReplicaSet': 'k8s.replicaset.name',
  'batch/CronJob': 'k8s.cronjob.name',
  'batch/Job': 'k8s.job.name',
  '/ReplicationController': 'k8s.replicationcontroller.name',
};

/** Kinds that are usually owned themselves. */
const OWNED: Readonly<Record<string, string>> = {
  'apps/ReplicaSet': '/apis/apps/v1/namespaces/{namespace}/replicasets/',
  'batch/Job': '/apis/batch/v1/namespaces/{namespace}/jobs/',
};

/** A right that is missing may come a moment after the agent, milliseconds. */
const REFUSED = 60_000;
const KEPT = 4096;
const MOST_ASKED = 1024;

const object = z.object({ metadata });

/**
 * The owner that people know: the Deployment of a ReplicaSet, the CronJob of a Job. The API server says it, once for
 * each ReplicaSet and Job of which a container on this node was seen; of these it sends metadata only.
 */
export class Owners {
  readonly #client: Pick<Client, 'get'>;
  readonly #backoff: Backoff;
  readonly #onError: (error: unknown) => void;
  readonly #refused: number;
  /** By the uid of the ReplicaSet or Job. */
  readonly #known = new Map<string, Owner>();
  readonly #asked = new Map<string, { readonly owner: Owner; readonly path: string }>();
  #asking: Promise<void> | undefined;
  #closed = false;

  /** @param refused how long a refused answer counts, milliseconds */
  constructor(client: Pick<Client, 'get'>, backoff: Backoff, onError: (error: unknown) => void, refused = REFUSED) {
    this.#refused = refused;
    this.#client = client;
    this.#backoff = backoff;
    this.#onError = onError;
  }

  /** Never rejects. For tests: until nothing is being asked. */
  get idle(): Promise<void> {
    return this.#asking ?? Promise.resolve();
  }

  /** `later`: the API server is being asked. undefined: nobody owns the pod. */
  of({ owner, namespace }: Pod): Owner | 'later' | undefined {
    if (owner === undefined) return undefined;
    const folder = OWNED[kindOf(owner)];
    if (folder === undefined) return owner;
    const known = this.#known.get(owner.uid);
    if (known !== undefined) return known;
    if (!this.#closed && this.#asked.size < MOST_ASKED && !this.#asked.has(owner.uid)) {
      this.#asked.set(owner.uid, { owner, path: `${folder.replace('{namespace}', encodeURIComponent(namespace))}${encodeURIComponent(owner.name)}` });
      this.#asking ??= this.#askAll().finally(() => (this.#asking = undefined));
    }
    return 'later';
  }

  close(): void {
    this.#closed = true;
    this.#backoff.close();
  }

  /** One at a time. Where there is no answer, all wait: the next would get none either. */
  async #askAll(): Promise<void> {
    for (let next = this.#first(); next !== undefined && !this.#closed; next = this.#first()) {
      try {
        this.#learn(next.owner, await this.#ask(next.owner, next.path));
        this.#backoff.reset();
      } catch (error) {
        this.#onError(error);
        // The right is missing: for now the ReplicaSet itself is the owner.
        if (statusOf(error) === 403) {
          this.#learn(next.owner, next.owner);
          setTimeout(() => this.#known.delete(next.owner.uid), this.#refused).unref();
        } else await this.#backoff.wait();
      }
    }
  }

  #first(): { readonly owner: Owner; readonly path: string } | undefined {
    return this.#asked.values().next().value;
  }

  async #ask(owner: Owner, path: string): Promise<Owner> {
    try {
      const { success, data } = object.safeParse(await this.#client.get(path, { accept: METADATA_ONLY, timeout: 5000, most: 2 << 20 }));
      // Another one by the same name says nothing about this one.
      return (success && data.metadata.uid === owner.uid && ownerOf(data.metadata)) || owner;
    } catch (error) {
      if (statusOf(error) === 404) return owner;
      throw error;
    }
  }

  #learn(asked: Owner, owner: Owner): void {
    this.#asked.delete(asked.uid);
    if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(asked.uid, owner);
  }
}

/** A kind without an attribute of its own has the two of ours. */
export function attributesOfOwner(owner: Owner): Attributes {
  const attribute = BY_KIND[kindOf(owner)];
  return attribute === undefined ? { 'k8s.owner.kind': owner.kind, 'k8s.owner.name': owner.name } : { [attribute]: owner.name };
}

function kindOf({ group, kind }: Owner): string {
  return `${group}/${kind}`;
}
