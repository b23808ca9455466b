import type { Mounts, ProcessStatus } from '../types.ts';

// Pure functions that parse texts of /proc and /sys. A missing fact is undefined.

/** /proc/self/status. A kernel without seccomp has no such line: that is mode 0. */
export function parseStatus(text: string): ProcessStatus | undefined {
  const lines = new Map(
    text.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  const effective = lines.get('CapEff');
  const uid = lines.get('Uid')?.split(/\s+/)[1];
  if (effective === undefined || !/^[0-9a-f]+$/.test(effective) || uid === undefined) return undefined;
  return {
    uid: Number(uid),
    capabilities: BigInt(`0x${effective}`),
    noNewPrivileges: lines.get('NoNewPrivs') === '1',
    seccomp: Number(lines.get('Seccomp') ?? 0),
    pids: (lines.get('NSpid') ?? lines.get('Pid') ?? '').split(/\s+/).filter(Boolean).map(Number),
  };
}

/** /proc/self/mountinfo (proc_pid_mountinfo(5)): the type follows the lone dash. */
export function parseMounts(text: string): Mounts {
  const found: Record<string, string[]> = { cgroup: [], cgroup2: [], tracefs: [] };
  for (const line of text.split('\n')) {
    const fields = line.split(' ');
    const type = fields[fields.indexOf('-', 6) + 1] ?? '';
    // Use own properties only, because a file system type can be any text.
    if (Object.hasOwn(found, type)) found[type]!.push(unescapeMount(fields[4] ?? ''));
  }
  return { cgroup1: found['cgroup']!, cgroup2: found['cgroup2']!, tracefs: found['tracefs']! };
}

/** The kernel writes space, tab, newline and backslash in octal. */
function unescapeMount(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

/** /sys/kernel/security/lockdown: `none [integrity] confidentiality`. */
export function parseLockdown(text: string): string | undefined {
  return /\[(\w+)\]/.exec(text)?.[1];
}

/** The soft limit in /proc/PID/limits, in bytes; undefined: none. */
export function parseLockedMemory(text: string): number | undefined {
  const found = /^Max locked memory +(\d+) /m.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** `6.1.0-13-amd64` to [6, 1]. */
export function parseRelease(release: string): readonly [number, number] | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
}
