import type { Node, Service, Slice } from '../objects/service.ts';
import { Names } from './names.ts';

/** Objects that are kept; what comes above it has no name. */
const MOST_SERVICES = 50_000;
const MOST_SLICES = 50_000;
const MOST_NODES = 20_000;

/** Objects of one kind by their key, with what each adds to the look-ups. */
class Objects<T extends { readonly key: string }> {
  readonly #objects = new Map<string, T>();
  readonly #most: number;
  readonly #change: (object: T, change: 'add' | 'remove') => void;

  constructor(most: number, change: (object: T, change: 'add' | 'remove') => void) {
    this.#most = most;
    this.#change = change;
  }

  get size(): number {
    return this.#objects.size;
  }

  set(object: T): void {
    if (!this.delete(object.key) && this.#objects.size >= this.#most) return;
    this.#objects.set(object.key, object);
    this.#change(object, 'add');
  }

  /** @returns whether it was there */
  delete(key: string): boolean {
    const known = this.#objects.get(key);
    if (known === undefined) return false;
    this.#objects.delete(key);
    this.#change(known, 'remove');
    return true;
  }

  replace(objects: readonly T[]): void {
    const there = new Set(objects.map(({ key }) => key));
    for (const key of [...this.#objects.keys()]) if (!there.has(key)) this.delete(key);
    for (const object of objects) this.set(object);
  }
}

/** Who is at an address: a Service, who stands behind its endpoints, or a node. */
export class PeerTable {
  readonly services: Objects<Service>;
  readonly slices: Objects<Slice>;
  readonly nodes: Objects<Node>;
  readonly #byAddress = new Names<string>();
  readonly #bySharedAddress = new Names<string>();
  readonly #byNodePort = new Names<number>();
  readonly #endpoints = new Names<string>();
  readonly #endpointsWithPort = new Names<string>();
  readonly #nodes = new Names<string>();

  constructor() {
    this.services = new Objects(MOST_SERVICES, ({ key, addresses, shared, ports, nodePorts }, change) => {
      for (const address of addresses) this.#byAddress[change](address, key);
      for (const address of shared) for (const port of ports) this.#bySharedAddress[change](`${address} ${port}`, key);
      for (const port of nodePorts) this.#byNodePort[change](port, key);
    });
    this.slices = new Objects(MOST_SLICES, ({ service, addresses, ports }, change) => {
      for (const address of addresses) {
        this.#endpoints[change](address, service);
        for (const port of ports) this.#endpointsWithPort[change](`${address} ${port}`, service);
      }
    });
    this.nodes = new Objects(MOST_NODES, ({ key, addresses }, change) => {
      for (const address of addresses) this.#nodes[change](address, key);
    });
  }

  /**
   * `payments.shop.svc` or `node-1.node`; undefined: neither. A Service has its ClusterIP for itself, so any port of it
   * counts: one that it does not have is worth seeing. At an external address, one of a load balancer, and that of a node
   * there are many, so the port decides.
   */
  of(address: string, port: number): string | undefined {
    const service = this.#byAddress.get(address) ?? this.#bySharedAddress.get(`${address} ${port}`) ?? this.#endpointsWithPort.get(`${address} ${port}`);
    if (service !== undefined) return dns(service);
    const node = this.#nodes.get(address);
    const behind = node === undefined ? this.#endpoints.get(address) : this.#byNodePort.get(port);
    if (behind !== undefined) return dns(behind);
    return node === undefined ? undefined : `${node}.node`;
  }
}

/** As pods look the Service up. */
function dns(key: string): string {
  const [namespace, name] = key.split('/');
  return `${name}.${namespace}.svc`;
}
