import type { Logger } from '../../internal/log/log.ts';

/** A limit, because a program that creates cgroups without end must not fill the log. */
const AT_MOST = 20;

/** Logs each unknown path once, so that users can report it. Logs only a few of them. */
export function logUnresolved(log: Logger): (path: string) => void {
  const told = new Set<string>();
  return (path) => {
    if (told.size >= AT_MOST || told.has(path)) return;
    told.add(path);
    log.info({ path }, 'unknown form of a cgroup path');
    if (told.size === AT_MOST) log.info('further unknown cgroup paths are not logged');
  };
}
