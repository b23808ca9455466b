import * as z from 'zod/mini';
import type { Client } from '../access/client.ts';
import { KubernetesError } from '../access/error.ts';
import { asError } from '../../internal/errors.ts';
import { podOf } from '../objects/pod.ts';
import { Pace, type PaceOptions } from './pace.ts';
import type { PodSource, SourceOptions } from './source.ts';
import { PodTable } from './table.ts';

const PATH = '/pods';
const podList = z.object({ items: z.array(z.unknown()) });

/** Reads this node's pods from its kubelet. It needs the right `nodes/pods` (Kubernetes 1.33), before that `nodes/proxy`. */
export async function readPods(client: Pick<Client, 'get'>) {
  const { success, data } = podList.safeParse(await client.get(PATH));
  if (!success) throw new KubernetesError(`${PATH}: the answer is not a list of pods`);
  return data.items.map(podOf).filter((pod) => pod !== undefined);
}

/** The kubelet's list is read when a container is met that is not known, and again while one is still without its name: not for ever, and not often. */
export class KubeletPods implements PodSource {
  readonly name = 'kubelet';
  readonly table = new PodTable();
  readonly #client: Pick<Client, 'get'>;
  readonly #options: SourceOptions;
  readonly #pace: Pace;

  constructor(client: Pick<Client, 'get'>, options: SourceOptions & { readonly pace?: PaceOptions }) {
    this.#client = client;
    this.#options = options;
    this.#pace = new Pace({ ...options.pace, work: () => this.#read(), again: options.wanted, elapsed: options.elapsed });
  }

  seek(): void {
    this.#pace.soon();
  }

  /** @throws (rejects) KubernetesError */
  async read(): Promise<void> {
    const asOf = this.#options.elapsed();
    this.table.replace(await readPods(this.#client), asOf);
  }

  close(): Promise<void> {
    return this.#pace.close();
  }

  async #read(): Promise<void> {
    try {
      await this.read();
      this.#options.onState(undefined);
    } catch (error) {
      this.#options.onState(asError(error));
    }
  }
}
