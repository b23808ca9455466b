import { spawnSync } from 'node:child_process';

/**
 * This process and its children before all ordinary ones (sched(7), SCHED_RR), on
 * a machine that others use meanwhile. What they cost is the same; what is
 * measured in time, or is lost when the reader does not run, is not theirs.
 * @throws Error where that is not allowed
 */
export function goFirst(): void {
  const { status, stderr, error } = spawnSync('chrt', ['--rr', '--pid', '1', `${process.pid}`]);
  if (status !== 0) throw new Error(`--first: ${error?.message ?? String(stderr).trim()}`);
}
