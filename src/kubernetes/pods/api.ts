import type { Client } from '../access/client.ts';
import { ListWatch } from '../access/list-watch.ts';
import { type Pod, podOf } from '../objects/pod.ts';
import type { PodSource, SourceOptions } from './source.ts';
import { PodTable } from './table.ts';

export const PODS = '/api/v1/pods';

/** The API server sends the pods of one node by this. */
export function ofNode(node: string): { readonly fieldSelector: string } {
  return { fieldSelector: `spec.nodeName=${node}` };
}

/** Follows the pods of this node at the API server. It needs the right to list and watch pods, which can't be limited to a node. */
export class ApiPods implements PodSource {
  readonly name = 'api';
  readonly table = new PodTable();
  readonly #following: ListWatch;

  constructor(client: Pick<Client, 'get' | 'watch'>, node: string, options: Pick<SourceOptions, 'onState'>) {
    const pods = (objects: readonly unknown[]) => objects.filter((pod): pod is Pod => pod !== undefined);
    this.#following = new ListWatch({
      client,
      path: PODS,
      // A list of one node is short, and what the API server has in memory is new enough: the watch brings the rest.
      query: { ...ofNode(node), resourceVersion: '0' },
      reduce: podOf,
      onList: (objects) => this.table.replace(pods(objects), Infinity),
      onSet: (object) => pods([podOf(object)]).forEach((pod) => this.table.set(pod)),
      onDelete: (object) => pods([podOf(object)]).forEach(({ cgroupUid }) => this.table.remove(cgroupUid)),
      onState: options.onState,
    });
    this.#following.start();
  }

  /** Changes come by themselves. */
  seek(): void {}

  close(): Promise<void> {
    return this.#following.close();
  }
}
