import type { Resolution } from './container.ts';

/*
 * Paths as real hosts have them, as bytes of the file system (not in printable
 * form), with what is to be made of them. Ids and names are changed where they
 * were somebody's.
 */

const A = '4f797c539e6c745de61a93ca3ff892358ecbcaccd8414d5db545c38428142970';
const B = '9ec39b91f3d70e1beff50a308f77067065ea6be0d91a3378375056cd4422cf3d';
const UID = '74c13223-5a00-11e9-b385-42010a80018d';
const UID_ = '74c13223_5a00_11e9_b385_42010a80018d';
const STATIC = '36b6d6be73b1065af369b3985edafa09';
const BUILD = 'n4eu0udvbz9vfzjy71jkvgkwh';
const TASK = '34dc0b5e626f2c5c4c5170e34b10e765';
const ALLOC = '4744f0ea-7616-ab3a-a420-8e25056e3861';
const HANDLE = '2f57368b-0eda-4e52-64d8-af5c';
const WORKER = '0d233f08-00c2-43d8-5b57-2c2af4f5bfc0';

/** One with a random id. */
const random = (id: string, runtime?: string, podUid?: string): Resolution => ({ kind: 'container', id, runtime, podUid });
/** One whose name is its id. */
const named = (id: string, runtime: string, podUid?: string): Resolution => ({ kind: 'container', id, runtime, podUid });
const service = (unit: string): Resolution => ({ kind: 'service', unit });
const pod = (podUid: string): Resolution => ({ kind: 'pod', podUid });
const host: Resolution = { kind: 'host' };
const unresolved: Resolution = { kind: 'unresolved' };

export type Fixture = readonly [what: string, path: string, is: Resolution];

const USER = '/user.slice/user-1000.slice/user@1000.service';
const PODS = '/kubepods.slice';
const BURSTABLE = `${PODS}/kubepods-burstable.slice/kubepods-burstable-pod${UID_}.slice`;
const BESTEFFORT = `${PODS}/kubepods-besteffort.slice/kubepods-besteffort-pod${UID_}.slice`;
const KIND = '/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice';

export const docker: readonly Fixture[] = [
  ['cgroupfs driver', `/docker/${A}`, random(A, 'docker')],
  ['systemd driver', `/system.slice/docker-${A}.scope`, random(A, 'docker')],
  ['rootless', `${USER}/user.slice/docker-${A}.scope`, random(A, 'docker')],
  ['rootless, its daemon', `${USER}/app.slice/docker.service`, service('docker.service')],
  ['--cgroup-parent, cgroupfs', `/actions_job/${A}`, random(A)],
  ['--cgroup-parent, systemd', `/batch.slice/batch-night.slice/docker-${A}.scope`, random(A, 'docker')],
  ['no parent at all', `/${A}`, random(A)],
  ['systemd in it', `/system.slice/docker-${A}.scope/system.slice/nginx.service`, random(A, 'docker')],
  ['systemd in it, its first process', `/docker/${A}/init.scope`, random(A, 'docker')],
  ['docker in docker, cgroupfs', `/docker/${A}/docker/${B}`, random(B, 'docker')],
  ['docker in docker, systemd', `/system.slice/docker-${A}.scope/system.slice/docker-${B}.scope`, random(B, 'docker')],
  ['docker in docker on cgroup v2, the inner daemon', `/docker/${A}/init`, random(A, 'docker')],
  ['a systemd path without the systemd driver', `/system.slice/docker.service/system.slice:docker:${A}`, random(A, 'docker')],
  ['the daemon', '/system.slice/docker.service', service('docker.service')],
  ['the daemon as a snap', '/system.slice/snap.docker.dockerd.service', service('snap.docker.dockerd.service')],
  ['a mount of its storage', `/system.slice/var-lib-docker-overlay2-${A}-merged.mount`, service(`var-lib-docker-overlay2-${A}-merged.mount`)],
  ['a mount of its runtime', `/system.slice/run-docker-runtime\\x2drunc-moby-${A}-runc.2Tq4Ud.mount`, service(`run-docker-runtime\\x2drunc-moby-${A}-runc.2Tq4Ud.mount`)],
  ['removed, as /proc shows it', `/system.slice/docker-${A}.scope (deleted)`, random(A, 'docker')],
];

export const builders: readonly Fixture[] = [
  ['BuildKit in dockerd, cgroupfs', `/docker/buildkit/${BUILD}`, random(BUILD, 'buildkit')],
  ['BuildKit in dockerd, systemd', `/system.slice/system.slice:docker:${BUILD}`, random(BUILD, 'buildkit')],
  ['BuildKit in dockerd, with the systemd driver', `/system.slice/docker-${BUILD}.scope`, random(BUILD, 'buildkit')],
  ['buildkitd, the daemon of buildx', `/docker/buildx/${A}`, random(A, 'docker')],
  ['buildkitd, a step', `/docker/buildx/${A}/buildkit/${BUILD}`, random(BUILD, 'buildkit')],
  ['buildkitd with containerd', `/system.slice/buildkit-${BUILD}.scope`, random(BUILD, 'buildkit')],
];

export const kubernetes: readonly Fixture[] = [
  ['cgroupfs, burstable', `/kubepods/burstable/pod${UID}/${A}`, random(A, undefined, UID)],
  ['cgroupfs, best effort', `/kubepods/besteffort/pod${UID}/${A}`, random(A, undefined, UID)],
  ['cgroupfs, guaranteed', `/kubepods/pod${UID}/${A}`, random(A, undefined, UID)],
  ['cgroupfs, a static pod', `/kubepods/burstable/pod${STATIC}/${A}`, random(A, undefined, STATIC)],
  ['cgroupfs, a static pod that has a uid of its own', `/kubepods/burstable/podetcd-1/${A}`, random(A, undefined, 'etcd-1')],
  ['cgroupfs, CRI-O', `/kubepods/burstable/pod${UID}/crio-${A}`, random(A, 'cri-o', UID)],
  ['systemd, containerd, burstable', `${BURSTABLE}/cri-containerd-${A}.scope`, random(A, 'containerd', UID)],
  ['systemd, containerd, best effort', `${BESTEFFORT}/cri-containerd-${A}.scope`, random(A, 'containerd', UID)],
  ['systemd, containerd, guaranteed', `${PODS}/kubepods-pod${UID_}.slice/cri-containerd-${A}.scope`, random(A, 'containerd', UID)],
  ['systemd, a static pod', `${PODS}/kubepods-burstable.slice/kubepods-burstable-pod${STATIC}.slice/cri-containerd-${A}.scope`, random(A, 'containerd', STATIC)],
  ['systemd, CRI-O', `${BURSTABLE}/crio-${A}.scope`, random(A, 'cri-o', UID)],
  ['systemd, CRI-O with crun', `${BURSTABLE}/crio-${A}.scope/container`, random(A, 'cri-o', UID)],
  ['systemd, CRI-O, systemd in it', `${BESTEFFORT}/crio-${A}.scope/system.slice/httpd.service`, random(A, 'cri-o', UID)],
  ['systemd, docker', `${BESTEFFORT}/docker-${A}.scope`, random(A, 'docker', UID)],
  [
    'kubelet with systemd, containerd without',
    `/system.slice/containerd.service/kubepods-burstable-pod${UID_}.slice:cri-containerd:${A}`,
    random(A, 'containerd', UID),
  ],
  ['the same, CRI-O', `/system.slice/crio.service/kubepods-besteffort-pod${UID_}.slice:crio:${A}`, random(A, 'cri-o', UID)],
  ['--cgroup-root', `/node.slice/node-kubepods.slice/node-kubepods-pod${UID_}.slice/cri-containerd-${A}.scope`, random(A, 'containerd', UID)],
  ['a pod without a container', `/kubepods/besteffort/pod${UID}`, pod(UID)],
  ['a pod without a container, systemd', BURSTABLE, pod(UID)],
  ["CRI-O's monitor in the pod", `${BURSTABLE}/crio-conmon-${A}.scope`, pod(UID)],
  ["CRI-O's monitor", `/system.slice/crio-conmon-${A}.scope`, service(`crio-conmon-${A}.scope`)],
  ['Kata, the pod as one sandbox', `/kubepods/burstable/pod${UID}/kata_${A}`, random(A, 'kata', UID)],
  ["Kata, the hypervisor's overhead", `/kata_overhead/${A}`, random(A, 'kata')],
  ['kind, cgroupfs', `/docker/${B}/kubelet/kubepods/burstable/pod${UID}/${A}`, random(A, undefined, UID)],
  [
    'kind, systemd',
    `/system.slice/docker-${B}.scope${KIND}/kubelet-kubepods-burstable-pod${UID_}.slice/cri-containerd-${A}.scope`,
    random(A, 'containerd', UID),
  ],
  ['kind, the kubelet of a node', `/docker/${B}/system.slice/kubelet.service`, random(B, 'docker')],
  ['k3d', `/docker/${B}/kubepods/besteffort/pod${UID}/${A}`, random(A, undefined, UID)],
  ['docker in a pod', `/kubepods/burstable/pod${UID}/${A}/docker/${B}`, { kind: 'container', id: B, runtime: 'docker', podUid: UID, podContainer: A }],
  ['minikube with CRI-O in docker', `/docker/${B}${BESTEFFORT}/crio-${A}.scope`, random(A, 'cri-o', UID)],
  ['k3s itself', '/system.slice/k3s.service', service('k3s.service')],
  ['the kubelet', '/system.slice/kubelet.service', service('kubelet.service')],
  ['the shim of containerd', '/system.slice/containerd.service', service('containerd.service')],
  ['the slice of all pods', PODS, service('kubepods.slice')],
  ['Talos, the kubelet', '/podruntime/kubelet', service('kubelet')],
  ['Talos, its API', '/system/apid', service('apid')],
];

export const podman: readonly Fixture[] = [
  ['rootful', `/machine.slice/libpod-${A}.scope`, random(A, 'podman')],
  ['rootful with crun', `/machine.slice/libpod-${A}.scope/container`, random(A, 'podman')],
  ['rootful, its monitor', `/machine.slice/libpod-conmon-${A}.scope`, service(`libpod-conmon-${A}.scope`)],
  ['rootless', `${USER}/user.slice/libpod-${A}.scope/container`, random(A, 'podman')],
  ['rootless, its pause process', `${USER}/user.slice/podman-pause-651d8c4c.scope`, service('podman-pause-651d8c4c.scope')],
  ['cgroupfs driver', `/libpod_parent/libpod-${A}`, random(A, 'podman')],
  ['cgroupfs driver, its monitor', '/libpod_parent/conmon', service('conmon')],
  ['in a pod', `/machine.slice/machine-libpod_pod_${B}.slice/libpod-${A}.scope/container`, random(A, 'podman')],
  ['in a pod, rootless', `${USER}/user.slice/user-libpod_pod_${B}.slice/libpod-${A}.scope`, random(A, 'podman')],
  ['in a pod, cgroupfs driver', `/libpod_parent/${B}/libpod-${A}`, random(A, 'podman')],
  ['in a pod, cgroupfs driver, its monitor', `/libpod_parent/${B}/conmon`, service('conmon')],
  ['Quadlet, --cgroups=split', `/system.slice/web.service/libpod-payload-${A}`, random(A, 'podman')],
  ['Quadlet, the monitor', '/system.slice/web.service/runtime', service('web.service')],
  ['systemd in it', `/machine.slice/libpod-${A}.scope/container/system.slice/sshd.service`, random(A, 'podman')],
  ['podman in podman', `/machine.slice/libpod-${A}.scope/container/libpod_parent/libpod-${B}`, random(B, 'podman')],
  ['podman in docker', `/docker/${A}/machine.slice/libpod-${B}.scope`, random(B, 'podman')],
  ["a health check's unit", `/system.slice/${A}.service`, service(`${A}.service`)],
  ["a health check's unit of later versions", `/system.slice/${A}-7c1d9a2be84f5a03.service`, service(`${A}-7c1d9a2be84f5a03.service`)],
];

export const runtimes: readonly Fixture[] = [
  ['nerdctl, systemd', `/system.slice/nerdctl-${A}.scope`, random(A, 'containerd')],
  ['nerdctl, rootless', `${USER}/user.slice/nerdctl-${A}.scope`, random(A, 'containerd')],
  ['nerdctl, cgroupfs', `/default/${A}`, random(A, 'containerd')],
  ['ctr run', '/default/redis', named('redis', 'containerd')],
  ['ctr in the namespace of Kubernetes', `/k8s.io/${A}`, random(A, 'containerd')],
  ['runc, systemd', '/system.slice/runc-bpm-gorouter.scope', named('bpm-gorouter', 'runc')],
  ['crun, systemd', '/user.slice/crun-alpine.scope', named('alpine', 'crun')],
  ['Amazon ECS, cgroup v1', `/ecs/${TASK}/${A}`, random(A, 'ecs')],
  ['Amazon ECS, long ids', `/ecs/web-cluster/${TASK}/${A}`, random(A, 'ecs')],
  ['Amazon ECS, cgroup v2', `/ecstasks.slice/ecstasks-${TASK}.slice/docker-${A}.scope`, random(A, 'docker')],
  ['AWS Fargate', `/ecs/${TASK}/${TASK}-1234567890`, named(`${TASK}-1234567890`, 'ecs')],
  ['Container-Optimized OS', `/system.slice/docker-${A}.scope`, random(A, 'docker')],
  ['Bottlerocket, a host container', '/default/admin', named('admin', 'containerd')],
  ['Cloud Foundry', `/garden/${HANDLE}`, named(HANDLE, 'garden')],
  ['Cloud Foundry, CPU throttling', `/system.slice/garden.service/garden/good/${HANDLE}`, named(HANDLE, 'garden')],
  ['Cloud Foundry, CPU throttled', `/garden/bad/${HANDLE}/init`, named(HANDLE, 'garden')],
  ['Concourse', `/garden/${WORKER}`, named(WORKER, 'garden')],
  ['Nomad, cgroup v1', `/nomad/${ALLOC}`, named(ALLOC, 'nomad')],
  ['Nomad before 1.7', `/nomad.slice/${ALLOC}.web.scope`, named(`${ALLOC}.web`, 'nomad')],
  ['Nomad', `/nomad.slice/share.slice/${ALLOC}.web.scope`, named(`${ALLOC}.web`, 'nomad')],
  ['Nomad, docker', `/nomad.slice/docker-${A}.scope`, random(A, 'docker')],
  ['Mesos', `/mesos/${WORKER}`, named(WORKER, 'mesos')],
  ['Mesos, nested', `/mesos/${WORKER}/mesos/${ALLOC}`, named(ALLOC, 'mesos')],
  ['a runtime that is not known here', `/system.slice/newruntime-${A}.scope`, random(A)],
  ['a runtime that is called as what every object has', `/constructor/constructor-${A}.scope`, random(A)],
  ['a parent that is called so', `/constructor/${A}`, random(A)],
  ['Nomad, a task on cores of its own', `/nomad.slice/reserve.slice/${ALLOC}.web.scope`, named(`${ALLOC}.web`, 'nomad')],
];

export const machines: readonly Fixture[] = [
  ['LXC before 3.1', '/lxc/web1', named('web1', 'lxc')],
  ['LXC 3.1', '/lxc.payload/web1', named('web1', 'lxc')],
  ['LXD and Incus', '/lxc.payload.web1/system.slice/nginx.service', named('web1', 'lxc')],
  ['Incus, a project', '/lxc.payload.prod_web1', named('prod_web1', 'lxc')],
  ['Incus, long names that begin alike', '/lxc.payload.web-frontend-2', named('web-frontend-2', 'lxc')],
  ['LXD in LXD', '/lxc.payload.outer/lxc.payload.inner/init.scope', named('inner', 'lxc')],
  ['Proxmox', '/lxc/101/ns/system.slice/postfix.service', named('101', 'lxc')],
  ['Proxmox, docker in it', `/lxc/101/ns/system.slice/docker-${A}.scope`, random(A, 'docker')],
  ["LXC's monitor", '/lxc.monitor.web1', service('lxc.monitor.web1')],
  ["Proxmox's monitor", '/lxc.monitor/101', service('101')],
  ['systemd-nspawn as a service', '/machine.slice/systemd-nspawn@web1.service/payload/system.slice/nginx.service', named('web1', 'systemd-nspawn')],
  ['systemd-nspawn itself', '/machine.slice/systemd-nspawn@web1.service/supervisor', service('systemd-nspawn@web1.service')],
  ['systemd-nspawn by hand', '/machine.slice/machine-web\\x2dfrontend.scope/payload', named('web-frontend', 'systemd-nspawn')],
  ['libvirt, LXC', '/machine.slice/machine-lxc\\x2d4711\\x2dweb1.scope', named('web1', 'libvirt-lxc')],
  [
    'libvirt, a virtual machine',
    '/machine.slice/machine-qemu\\x2d1\\x2ddebian12.scope/libvirt/emulator',
    service('machine-qemu\\x2d1\\x2ddebian12.scope'),
  ],
];

export const services: readonly Fixture[] = [
  ['the root', '/', host],
  ['the first process', '/init.scope', service('init.scope')],
  ['a service', '/system.slice/nginx.service', service('nginx.service')],
  ['an instance', '/system.slice/system-postgresql.slice/postgresql@16-main.service', service('postgresql@16-main.service')],
  ['a name with a dash', '/system.slice/system-serial\\x2dgetty.slice/serial-getty@ttyS0.service', service('serial-getty@ttyS0.service')],
  ['below a service, delegated', '/system.slice/elasticsearch.service/worker/3', service('elasticsearch.service')],
  ['a session', '/user.slice/user-1000.slice/session-3.scope', service('session-3.scope')],
  ['a session of a container host', '/user.slice/user-0.slice/session-c1.scope', service('session-c1.scope')],
  ["a user's program", `${USER}/app.slice/app-org.gnome.Terminal.slice/vte-spawn-8a3d2c1b-0f5e-4d2a-9b7c-1e2f3a4b5c6d.scope`, service('vte-spawn-8a3d2c1b-0f5e-4d2a-9b7c-1e2f3a4b5c6d.scope')],
  ["a user's service manager", `${USER}/init.scope`, service('init.scope')],
  ['Flatpak', `${USER}/app.slice/app-flatpak-org.mozilla.firefox-4242.scope`, service('app-flatpak-org.mozilla.firefox-4242.scope')],
  ['a snap', '/system.slice/snap.microk8s.daemon-kubelite.service', service('snap.microk8s.daemon-kubelite.service')],
  ['systemd-run', '/system.slice/run-r4f797c539e6c745de61a93ca3ff89235.scope', service('run-r4f797c539e6c745de61a93ca3ff89235.scope')],
  ['a scope that ends in 64 digits', `/system.slice/run-${A}.scope`, service(`run-${A}.scope`)],
  ['a slice', '/system.slice', service('system.slice')],
  ['Slurm on cgroup v2', '/system.slice/slurmstepd.scope/job_42/step_0/user/task_0', service('slurmstepd.scope')],
  ['OpenRC', '/openrc.sshd', service('sshd')],
  ['OpenRC, cgroup v1', '/openrc/sshd', service('sshd')],
];

/** As they are seen from inside a private cgroup namespace, or from one of another container. */
export const relative: readonly Fixture[] = [
  ['a container beside', `/../${A}`, random(A)],
  ['a container of docker beside', `/../docker-${A}.scope`, random(A, 'docker')],
  ['a container of the same pod', `/../cri-containerd-${A}.scope`, random(A, 'containerd')],
  ['a container of another pod', `/../../pod${UID}/${A}`, random(A, undefined, UID)],
  ['a container of another class', `/../../../besteffort/pod${UID}/${A}`, random(A, undefined, UID)],
  [
    'a container of another pod, systemd',
    `/../../kubepods-besteffort.slice/kubepods-besteffort-pod${UID_}.slice/cri-containerd-${A}.scope`,
    random(A, 'containerd', UID),
  ],
  ['a system container beside', '/../lxc.payload.web2/init.scope', named('web2', 'lxc')],
  // What the two levels are is not known: it may be a container's service.
  ['a service', '/../../system.slice/nginx.service', unresolved],
  ['one level up', '/..', unresolved],
  ['the documentation’s', '/../container_id2/sub_cgrp_1', unresolved],
  ['the middle lost, a container at the end', `.../system.slice/docker-${A}.scope`, random(A, 'docker')],
  ['the middle lost, a service at the end', '.../system.slice/nginx.service', unresolved],
];

export const unknown: readonly Fixture[] = [
  ['32 digits', '/process_api/7e406d7fd932bb491eacb7ee891bf919', unresolved],
  ['63 digits', `/docker/${A.slice(1)}`, unresolved],
  ['65 digits', `/docker/a${A}`, unresolved],
  ['capital letters', `/docker/${A.toUpperCase()}`, unresolved],
  ['BuildKit without a step', '/docker/buildkit', unresolved],
  ['a uuid without a runtime', `/${WORKER}`, unresolved],
  ['Slurm on cgroup v1', '/slurm/uid_1000/job_42/step_0/task_0', unresolved],
  ['Firecracker', '/firecracker/551e7604-e35c-42b3-b825-416853441234', unresolved],
  ['a cgroup in a slice that systemd did not make', '/system.slice/mine', unresolved],
  ['the cgroup of all pods', '/kubepods/burstable', unresolved],
  ['what every object has', '/constructor/__proto__', unresolved],
  ["Nomad's name without Nomad", `/jobs/${ALLOC}.web`, unresolved],
  ["containerd's namespace elsewhere", '/jobs/default/redis', unresolved],
  ['a pod’s name without the kubelet', '/podcast', unresolved],
  ['no path', 'docker', unresolved],
  ['a path without its root', `docker/${A}`, unresolved],
  ['nothing', '', unresolved],
];

/** Bare hashes below a unit belong to the unit only if they are no container's. */
export const delegated: readonly Fixture[] = [
  ['Concourse under runit', `/system.slice/runit.service/${WORKER}`, service('runit.service')],
  ['a runtime that was started by a service', `/system.slice/worker.service/${A}`, random(A)],
];
