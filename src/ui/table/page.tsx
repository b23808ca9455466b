import { useState } from 'preact/hooks';
import type { Frame } from '../../feed/frame.ts';
import { filtered, listeningOf, type Order, type Row, sorted } from '../model.ts';
import { Listeners } from '../workload/listeners.tsx';
import { EdgeTable } from './table.tsx';

/** More rows than a person reads. The filter finds the others. */
const MOST_ROWS = 100;

export function TablePage({ frame, rows }: { readonly frame: Frame; readonly rows: readonly Row[] }) {
  const [text, setText] = useState('');
  const [order, setOrder] = useState<Order>({ column: 'rate', descending: true });
  const found = sorted(filtered(rows, text), order);
  const listening = listeningOf(frame, text);
  const more = found.length - MOST_ROWS;
  return (
    <>
      <h2>Who connects where</h2>
      <p>
        <label>
          Filter <input type="search" value={text} placeholder="curl !127.0.0.1 refused" onInput={(event) => setText(event.currentTarget.value)} />
        </label>{' '}
        <output>{found.length} of {rows.length + frame.leftOut.edges} pairs</output>
      </p>
      <EdgeTable rows={found.slice(0, MOST_ROWS)} order={order} onOrder={setOrder} />
      {more > 0 && <p>{more} more: filter to see them.</p>}
      {listening.length > 0 && <><h2>Who accepts connections</h2><Listeners rows={listening.slice(0, MOST_ROWS)} /></>}
      {frame.leftOut.edges > 0 && <p>{frame.leftOut.edges} more pairs are not sent to this page, {frame.leftOut.failing} of them in trouble. They are on <a href="/metrics">/metrics</a>.</p>}
    </>
  );
}
