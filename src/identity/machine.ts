import type { Named } from './container-name.ts';

/*
 * System containers: they have a name, and a system of their own inside.
 *
 *   lxc.payload.<name>, lxc.payload/<name>, lxc/<name>      LXC, LXD, Incus, Proxmox
 *   systemd-nspawn@<name>.service, machine-<name>.scope     systemd-nspawn
 *   machine-lxc\x2d<number>\x2d<name>.scope                 libvirt's LXC driver
 */
const NSPAWN = /^systemd-nspawn@(.+)\.service$/;
const MACHINE = /^machine-(.+)\.scope$/;
const LIBVIRT_LXC = /^lxc-[0-9]+-(.+)$/;

/**
 * The system container of this cgroup. A virtual machine is not a container: its
 * connections are made by the hypervisor, a program of the host.
 * @param below the name of the next inner cgroup, if any
 */
export function machineOf(name: string, above: readonly string[], below: string | undefined): Named | undefined {
  const lxc = payloadOf(name, above.at(-1));
  if (lxc !== undefined) return { id: lxc, runtime: 'lxc' };
  // systemd-nspawn's own process, beside the payload.
  if (below === 'supervisor') return undefined;
  const nspawn = NSPAWN.exec(name)?.[1];
  if (nspawn !== undefined) return { id: plain(nspawn), runtime: 'systemd-nspawn' };
  const machine = MACHINE.exec(name)?.[1];
  if (machine === undefined) return undefined;
  const id = plain(machine);
  if (id.startsWith('qemu-')) return undefined;
  const libvirt = LIBVIRT_LXC.exec(id)?.[1];
  return libvirt === undefined ? { id, runtime: 'systemd-nspawn' } : { id: libvirt, runtime: 'libvirt-lxc' };
}

function payloadOf(name: string, parent: string | undefined): string | undefined {
  if (name.startsWith('lxc.payload.')) return name.slice('lxc.payload.'.length) || undefined;
  return parent === 'lxc' || parent === 'lxc.payload' ? name : undefined;
}

/** Decodes systemd's \xHH, whose backslash is \x5c in printable form (internal/escape). */
function plain(name: string): string {
  return name.replace(/\\x5cx([2-7][0-9a-f])/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
