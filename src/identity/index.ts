export { CgroupsInUse, KERNEL, cgroupOf } from './cgroups.ts';
export { type Resolution, resolveCgroup } from './container.ts';
export { identify } from './identify.ts';
export { peerOf } from './peer.ts';
export { UNRESOLVED, workloadOf } from './workload.ts';
