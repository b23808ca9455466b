export { identify } from './identify.ts';
export { peerOf } from './peer.ts';
export { KERNEL, UNRESOLVED, workloadOf } from './workload.ts';
