import { expect, it } from 'vitest';
import { type Counts, Manager } from '../../../src/ebpf/index.ts';
import { COLUMN, COLUMNS, SUMS } from '../../../src/stream/index.ts';
import { cutOf } from '../../harness/cut.ts';
import { type Folded, fold } from '../../harness/fold.ts';
import { describeKernel } from '../../harness/host.ts';
import { Namespace, SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { Generator } from '../../harness/traffic.ts';

/** Each row as the reference has it: by column, without zeros. */
function rowsOf({ rows, keys, counts, sums }: Counts): Map<number, Folded> {
  const present = (values: Iterable<number>) => Object.fromEntries([...[...values].entries()].filter(([, value]) => value !== 0));
  return new Map(
    Array.from({ length: rows }, (_, row) => [
      keys[row]!,
      { counts: present(counts.subarray(row * COLUMNS, (row + 1) * COLUMNS)), sums: present(sums.subarray(row * SUMS, (row + 1) * SUMS)) },
    ]),
  );
}

const sumOf = (rows: Map<number, Folded>, column: number) => [...rows.values()].reduce((sum, { counts }) => sum + (counts[column] ?? 0), 0);

describeKernel('counts of the addon', () => {
  it('are what the records say, window by window', async () => {
    using generator = new Generator();
    await using namespace = await Namespace.create();
    await using manager = new Manager();
    let expected = new Map<number, Folded>();
    manager.batches.subscribe((batch) => fold(expected, batch));
    manager.start();
    await cutOf(manager);
    for (const more of [0, 13]) {
      expected = new Map();
      const loads = [
        ['plain', '--port', '0', '--own-listener', '--count', `${31 + more}`],
        ['plain', '--port', '0', '--own-listener', '--end', 'rst', '--count', '17'],
        ['plain', '--port', '7', '--count', `${23 + more}`],
        ['cancel', '--port', `${SILENT_PORT}`, '--count', '5'],
      ];
      for (const args of loads) await generator.run('counted', args, namespace);
      const counted = rowsOf((await cutOf(manager)).counts);
      expect(counted).toEqual(expected);
      // Others may connect on this machine as well.
      expect(sumOf(counted, COLUMN.connect)).toBeGreaterThanOrEqual(48 + more);
      expect(sumOf(counted, COLUMN.connect + 1)).toBeGreaterThanOrEqual(23 + more);
    }
  });
});
