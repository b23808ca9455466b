const UNIT = /^[^.].*\.(?:service|scope|socket|mount|swap)$/;
const SLICE = /^(?:-|[^.].*)\.slice$/;
/** Monitors of containers, which run on the host, where cgroups are made without systemd. */
const MONITOR = /^(?:crio-conmon-|libpod-conmon-|lxc\.monitor\.)./;

/**
 * The unit of the host's service manager that a path lies in, the innermost
 * one; undefined when the path is not understood. Below a service or scope
 * everything is that unit's, as systemd delegates it; in a slice there are only
 * units, so what else is there was put there by someone else.
 */
export function serviceOf(names: readonly string[]): string | undefined {
  let unit: string | undefined;
  for (const name of names) {
    if (UNIT.test(name)) unit = name;
    else if (unit === undefined && !SLICE.test(name)) return otherManager(names);
  }
  return unit ?? names.at(-1);
}

/** OpenRC (`openrc.sshd`, v1 `openrc/sshd`), Talos (`podruntime/kubelet`, `system/apid`, `init`), and monitors. */
function otherManager(names: readonly string[]): string | undefined {
  const [first = '', second] = names;
  const monitor = names.find((name) => MONITOR.test(name));
  if (monitor !== undefined) return monitor;
  if (first.startsWith('openrc.')) return first.slice('openrc.'.length) || undefined;
  if (first === 'init' && second === undefined) return first;
  if (first === 'libpod_parent' && names.at(-1) === 'conmon') return 'conmon';
  return ['openrc', 'podruntime', 'system', 'lxc.monitor'].includes(first) ? second : undefined;
}
