import type { Attributes } from '@opentelemetry/api';
import type { Key } from '../ebpf/types.ts';

const none: Attributes = {};

// Attributes are made once per key; the entry goes with the key.
const peers = new WeakMap<Peered, Attributes>();

type Peered = Pick<Key, 'role' | 'whose' | 'fold' | 'address' | 'port'>;

/** Who a client connects to, as it sees it; a server's key has no peer, nor has one that was folded. The same object for the same key. */
export function peerOf(key: Peered): Attributes {
  if (key.role !== 'client' || key.whose === 'folded' || key.fold !== 'none') return none;
  let peer = peers.get(key);
  if (peer === undefined) {
    peer = { 'server.address': key.address, 'server.port': key.port };
    peers.set(key, peer);
  }
  return peer;
}
