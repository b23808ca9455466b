import { LISTEN_VALUES } from '../../ebpf/types.ts';

const [QUEUE, LIMIT, OVERFLOWS, DROPS] = (['queue', 'limit', 'overflows', 'drops'] as const).map((name) => LISTEN_VALUES.indexOf(name)) as [number, number, number, number];

/**
 * Shares the overflows of a network namespace among its listeners. Rows of LISTEN_VALUES
 * come with a guess by the queues: all dropped handshakes are in one of the two columns.
 * Those whose queue was found full come first, then the fullest.
 * @param among how many of the drops were overflows @returns copies of the rows, in their order
 */
export function shareOverflows(rows: readonly Float64Array[], among: (drops: number, guess: number) => number): Float64Array[] {
  const shared = rows.map((row) => Float64Array.from(row));
  const dropped = (row: Float64Array) => row[OVERFLOWS]! + row[DROPS]!;
  const sum = (of: (row: Float64Array) => number) => rows.reduce((all, row) => all + of(row), 0);
  let left = among(sum(dropped), sum((row) => row[OVERFLOWS]!));
  for (const row of [...shared].sort((a, b) => fullness(b) - fullness(a))) {
    const all = dropped(row);
    row[OVERFLOWS] = Math.min(all, left);
    row[DROPS] = all - row[OVERFLOWS];
    left -= row[OVERFLOWS];
  }
  return shared;
}

/** A queue that was full at a scan comes before all others. */
function fullness(row: Float64Array): number {
  return (row[OVERFLOWS]! > 0 ? 1e9 : 0) + row[QUEUE]! / (row[LIMIT]! + 1);
}
