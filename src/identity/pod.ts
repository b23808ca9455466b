/*
 * The kubelet's cgroup of a pod, by driver:
 *
 *   cgroupfs  kubepods/burstable/pod<uid>
 *   systemd   kubepods-burstable-pod<uid>.slice, with _ for - in the uid
 *
 * A guaranteed pod has no QoS class in its path. A static pod's uid is a hash
 * of 32 digits. `--cgroup-root` puts names before `kubepods`.
 */
const SLICE = /^(?:.+-)?kubepods(?:-besteffort|-burstable|-guaranteed)?-pod([0-9A-Za-z_]{1,128})\.slice$/;
const FOLDER = /^pod([0-9A-Za-z-]{1,128})$/;
const UID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})$/;

/** The pod's uid with dashes; undefined: not a pod. */
export function podUidOf(name: string, above: readonly string[]): string | undefined {
  const slice = SLICE.exec(name)?.[1];
  if (slice !== undefined) return slice.replaceAll('_', '-');
  const folder = FOLDER.exec(name)?.[1];
  if (folder === undefined) return undefined;
  // In a private cgroup namespace the kubelet's cgroup above is missing; then the uid must have the form of one.
  return above.includes('kubepods') || UID.test(folder) ? folder : undefined;
}
