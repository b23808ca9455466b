import type { FamilyName } from '../words/families.ts';
import type { Shaped } from './attributes/per-shape.ts';
import type { Shapes } from './attributes/shapes.ts';
import { families } from './catalogue/tcp.ts';
import type { ProducedFamily } from './producer.ts';
import type { Family } from './series/account.ts';
import { SeriesTable } from './series/series.ts';
import type { Accounts } from './tcp/accounts.ts';
import { QUANTILES } from './tcp/groups.ts';

/** A metric with a limit of series. */
export interface BudgetedFamily extends ProducedFamily {
  /** Counts what found no place; undefined where the table of another metric does. */
  readonly gate: SeriesTable | undefined;
}

/** The metrics that come and go, in the order of the catalogue, without those that are off. */
export function familiesOf(accounts: Accounts, shapes: Shapes): BudgetedFamily[] {
  const tables = tablesOf(accounts);
  return families
    .filter(({ name }) => shapes.of(name) !== undefined)
    .map((metric) => ({ metric, ...tables.get(metric.name)! }));
}

type Table = Omit<BudgetedFamily, 'metric'>;

function tablesOf({ tables: { connects, accepts, listeners, traffic }, connections, quantiles, processes }: Accounts): Map<FamilyName, Table> {
  const tables = new Map<FamilyName, Table>();
  const own = (name: FamilyName, family: SeriesTable) => tables.set(name, { family, gate: family });
  own('tcp.connects_by_pid', processes.table);
  own('connwatch.tcp.connections', connections.table);
  own('connwatch.tcp.connect.duration', traffic.connectDuration);
  own('connwatch.tcp.connection.duration', traffic.connectionDuration);
  own('connwatch.tcp.rtt', traffic.rtt);
  own('connwatch.tcp.io', traffic.io);
  own('connwatch.tcp.retransmits', traffic.retransmits);
  own('connwatch.tcp.resets', traffic.resets);
  /** @param pick the series of a metric in a table @param gateOf the table that decides for the others */
  const group = <T, F extends FamilyName>(shaped: readonly Shaped<T, F>[], pick: (table: T, name: F) => Family, gateOf: (table: T) => SeriesTable) => {
    for (const { table, families: names } of shaped) {
      names.forEach((name, at) => {
        const family = pick(table, name);
        const gate = family instanceof SeriesTable ? family : at === 0 ? gateOf(table) : undefined;
        tables.set(name, { family, gate });
      });
    }
  };
  group(connects.all, (table, name) => {
    if (name === 'connwatch.tcp.connect.attempts') return table.attempts;
    if (name === 'connwatch.tcp.connect.successes') return table.successes;
    if (name === 'connwatch.tcp.connect.failures') return table.failures;
    return name === 'connwatch.tcp.connect.pending' ? table.pending : table.window;
  }, (table) => table.attempts);
  group(accepts.all, (table, name) => (name === 'connwatch.tcp.accepts' ? table.accepts : table.window), (table) => table.accepts);
  group(listeners.all, (table, name) => {
    if (name === 'connwatch.tcp.listen.overflows') return table.overflows;
    if (name === 'connwatch.tcp.listen.syn_drops') return table.drops;
    return name === 'connwatch.tcp.listen.queue.length' ? table.queue : table.limit;
  }, (table) => table.overflows);
  group(quantiles.all, (table, name) => table.family(QUANTILES.indexOf(name)), (table) => table.table);
  return tables;
}
