const UNIT = /^[^.].*\.(?:service|scope|socket|mount|swap)$/;
const SLICE = /^(?:-|[^.].*)\.slice$/;
/** Monitors of containers, which run on the host. Their cgroups are made without systemd. */
const MONITOR = /^(?:crio-conmon-|libpod-conmon-|lxc\.monitor\.)./;

/**
 * The innermost unit of the host's service manager in a path; undefined: unknown form.
 * Everything below a service or scope belongs to that unit, because systemd delegates
 * it. A slice contains only units, so something else in it is not systemd's.
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
