export { CgroupsInUse, KERNEL, cgroupOf } from './cgroups.ts';
export { type Resolution, resolveCgroup } from './container.ts';
export { identify } from './identify.ts';
export type { ContainerNames, Name, Nameable, PeerNaming } from './names.ts';
export { peerOf } from './peer.ts';
export { CONTAINER, FOLDED, UNIT, UNRESOLVED, workloadOf } from './workload.ts';
