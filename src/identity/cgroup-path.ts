/** A cgroup's path, taken apart. */
export interface CgroupPath {
  /** Names of the cgroups from the outermost to the innermost. */
  readonly names: readonly string[];
  /** False when cgroups above the first name are not told: what is seen need not be the host's own. */
  readonly whole: boolean;
}

/** Linux: NAME_MAX bytes, of which printable form (internal/escape) makes four characters each at most. */
export const MAX_NAME = 4 * 255;
/** Linux: PATH_MAX, likewise. */
const MAX_PATH = 4 * 4096;
/** How a path begins whose first part did not fit its record. */
const CUT = '.../';
/** What the kernel appends in /proc/PID/cgroup when the cgroup has been removed. */
const DELETED = ' (deleted)';

/**
 * Takes a path in printable form, as the kernel has it or as
 * `/proc/PID/cgroup` shows it. undefined for what is no path.
 *
 * Seen from a private cgroup namespace a path may begin with `/..`, one for
 * each level above the namespace's root (man 7 cgroup_namespaces): then it is
 * not known what those levels are.
 */
export function parsePath(path: string): CgroupPath | undefined {
  if (path.length > MAX_PATH) return undefined;
  const cut = path.startsWith(CUT);
  if (!cut && !path.startsWith('/')) return undefined;
  const text = path.endsWith(DELETED) ? path.slice(0, -DELETED.length) : path;
  const parts = text.slice(cut ? CUT.length : 1).split('/').filter((part) => part !== '' && part !== '.');
  const names = parts.filter((part) => part !== '..');
  if (names.some((name) => name.length > MAX_NAME)) return undefined;
  return { names, whole: !cut && names.length === parts.length };
}
