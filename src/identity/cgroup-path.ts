/** A parsed cgroup path. */
export interface CgroupPath {
  /** Names of the cgroups from the outermost to the innermost. */
  readonly names: readonly string[];
  /** False: cgroups above the first name are unknown, so the first one need not be the host's. */
  readonly whole: boolean;
}

/** Linux: NAME_MAX bytes, of which printable form (internal/escape) makes four characters each at most. */
export const MAX_NAME = 4 * 255;
/** Linux: PATH_MAX, likewise. */
const MAX_PATH = 4 * 4096;
/** Beginning of a path whose first part did not fit its record. */
const CUT = '.../';
/** The kernel appends this in /proc/PID/cgroup if the cgroup has been removed. */
const DELETED = ' (deleted)';

/**
 * Parses a path in printable form, from the kernel or from `/proc/PID/cgroup`. undefined:
 * not a path.
 *
 * In a private cgroup namespace a path may begin with `/..`, once for each level above
 * the namespace's root (man 7 cgroup_namespaces). These levels are unknown.
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
