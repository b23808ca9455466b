import { markdownTable } from '../table.mjs';

const HEAD = ['kernel', 'boot', 'all', 'passed', 'failed', 'skipped', 'result'];

/**
 * Makes the table of results by kernel.
 * @param {{kernel: {name: string}, fetched?: {release: string}, ended?: import('./boot.mjs').Ended, counts?: {passed:
 *   number, failed: number, skipped: number}, ok?: boolean, skipped?: string}[]} rows skipped: the reason why it was not tried
 */
export const table = (rows) => markdownTable([HEAD, ...rows.map(cellsOf)]);

function cellsOf({ kernel, fetched, ended, counts, ok, skipped }) {
  const seconds = (number) => (number === undefined ? '' : `${number.toFixed(1)} s`);
  const count = (name) => (counts === undefined ? '' : String(counts[name]));
  return [
    fetched?.release ?? kernel.name,
    seconds(ended?.bootSeconds),
    seconds(ended?.seconds),
    count('passed'),
    count('failed'),
    count('skipped'),
    skipped ? `skipped: ${skipped}` : ok ? 'ok' : 'FAILED',
  ];
}
