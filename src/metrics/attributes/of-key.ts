import type { Attributes } from '@opentelemetry/api';
import type { Key } from '../../ebpf/types.ts';
import { FOLDED, type Name, UNRESOLVED, identify, workloadOf } from '../../identity/index.ts';
import type { Wanted } from '../series/series.ts';
import type { Shape } from './shapes.ts';

/** What names a key's series apart from the key itself. Fixed when it first counts. */
export interface KeyNames {
  /** Of its container. */
  readonly container: Name | undefined;
  /** In the place of `server.address`. */
  readonly peer: string | undefined;
  /** `client.address` of a server. */
  readonly client: string;
}

/** A pod that nobody owns has it on all metrics that tell owners apart. */
const POD_NAME = 'k8s.pod.name';

/**
 * The series of a key in metrics of this shape. undefined for a key that stands for
 * several of them: what counts there belongs in the overflow series.
 *
 * All series of a metric and a role have the same attribute names, so what is not known
 * has a value that says so.
 */
export function wantedOf(key: Key, shape: Shape, { container: name, peer, client: clientName }: KeyNames): Wanted | undefined {
  const client = key.role === 'client';
  const [address, port] = [client && shape.address, client ? shape.clientPort : shape.serverPort];
  const clientAddress = !client && shape.clientAddress;
  if (key.fold === 'workload' || (key.fold === 'peer' && (address || port || clientAddress))) return undefined;
  const attributes: Attributes = {};
  for (const [attribute, value] of Object.entries(workloadOf(key, name))) {
    if (shape.workload.has(attribute) || (attribute === POD_NAME && shape.owners && name?.ownsItself)) attributes[attribute] = value;
  }
  if (shape.role) attributes['role'] = key.role;
  if (address) attributes['server.address'] = known(key, peer ?? key.address);
  if (port) attributes['server.port'] = known(key, key.port);
  if (clientAddress) attributes['client.address'] = known(key, clientName);
  return { id: identify(attributes), owner: key.cgroup, part: key.executable ?? '', attributes: () => attributes };
}

/** Lost records that the kernel side added up have no peer and no port. A listener that has just been closed has no port any more. */
function known<T extends string | number>(key: Key, value: T): T | string {
  if (key.whose === 'folded') return FOLDED;
  return value === '' || value === 0 ? UNRESOLVED : value;
}
