import { bytes, percent, seconds, short } from '../format.ts';
import { type Column, COLUMNS, type Order, type Row } from '../model.ts';
import { hashOf } from '../route.ts';
import { Scroll } from './scroll.tsx';

const TEXT: readonly Column[] = ['workload', 'peer', 'reason'];

export interface Props {
  readonly rows: readonly Row[];
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
}

/** Pairs of a program and a peer. The head of a column sorts by it. */
export function EdgeTable({ rows, order, onOrder }: Props) {
  const choose = (column: Column) => onOrder({ column, descending: order.column === column ? !order.descending : !TEXT.includes(column) });
  return (
    <Scroll label="Table of programs and peers">
      <table>
        <caption>Programs and peers</caption>
        <thead>
          <tr>
            {(Object.keys(COLUMNS) as Column[]).map((column) => (
              <th scope="col" class={TEXT.includes(column) ? 'text' : undefined} aria-sort={order.column === column ? (order.descending ? 'descending' : 'ascending') : undefined}>
                <button type="button" onClick={() => choose(column)}>{COLUMNS[column].title}</button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{rows.map((row) => <EdgeRow key={row.key} row={row} />)}</tbody>
      </table>
    </Scroll>
  );
}

function EdgeRow({ row }: { readonly row: Row }) {
  const { edge } = row;
  return (
    <tr class={row.trouble > 0 ? 'trouble' : undefined}>
      <th scope="row" class="text"><a href={hashOf(row.workloadKey)}>{row.workload}</a></th>
      <td class="text">{row.peer}</td>
      <td>{short(row.rate)}</td>
      <td>{edge.attempts}</td>
      <td>{row.failures}{row.trouble > 0 && !row.waits && <span class="badge"> {percent(row.trouble)} now</span>}</td>
      <td class="text">{row.reasons.map(([name, count]) => `${name} ${count}`).join(', ')}</td>
      <td>{edge.pending}{row.waits && <span class="badge"> all wait</span>}</td>
      <td>{edge.open}</td>
      <td>{seconds(edge.p50)}</td>
      <td>{seconds(edge.p99)}</td>
      <td>{bytes(edge.sent)}</td>
      <td>{bytes(edge.received)}</td>
      <td>{edge.retransmits}</td>
      <td>{edge.resets}</td>
    </tr>
  );
}
