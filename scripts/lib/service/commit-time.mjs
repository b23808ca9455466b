import { root } from '../paths.mjs';
import { run } from '../run.mjs';

/**
 * The time that the files of a package get, in seconds: $SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/),
 * or that of the commit; outside of a git checkout 0.
 */
export async function commitTime() {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given && /^\d+$/.test(given)) return Number(given);
  const { code, stdout } = await run('git', ['-c', `safe.directory=${root}`, 'log', '-1', '--format=%ct']);
  return code === 0 ? Number(stdout) : 0;
}
