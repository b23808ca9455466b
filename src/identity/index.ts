export { CgroupsInUse, KERNEL, cgroupOf } from './cgroups.ts';
export { type Resolution, resolveCgroup } from './container.ts';
export { identify } from './identify.ts';
export { peerOf } from './peer.ts';
export { FOLDED, UNRESOLVED, workloadOf } from './workload.ts';
