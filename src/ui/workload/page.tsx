import { useMemo, useState } from 'preact/hooks';
import type { Frame, Workload } from '../../feed/frame.ts';
import { Counts } from '../charts/counts.tsx';
import { HeatMap } from '../charts/heat.tsx';
import { Lines } from '../charts/lines.tsx';
import { bytes, short, workloadName } from '../format.ts';
import { failuresOf, handshakesOf, ofWorkload, ratesOf } from '../history.ts';
import { type Order, type Row, sorted, workloadOf } from '../model.ts';
import { EdgeTable } from '../table/table.tsx';
import { Listeners } from './listeners.tsx';

export interface Props {
  readonly history: readonly Frame[];
  readonly rows: readonly Row[];
  /** Key of the workload. */
  readonly id: string;
}

/** One program. */
export function WorkloadPage({ history, rows, id }: Props) {
  const frame = history.at(-1)!;
  const workload = workloadOf(frame, id);
  if (workload === undefined) return <p>This program has no connections any more. <a href="#/table">All programs</a></p>;
  return <Known history={history} rows={rows.filter(({ workloadKey }) => workloadKey === id)} workload={workload} bounds={frame.bounds} />;
}

function Known({ history, rows, workload, bounds }: Omit<Props, 'id'> & { readonly workload: Workload; readonly bounds: readonly number[] }) {
  const [order, setOrder] = useState<Order>({ column: 'rate', descending: true });
  const { key } = workload;
  const { connects, traffic, heat } = useMemo(() => chartsOf(history, key), [history, key]);
  return (
    <>
      <h2>{workloadName(workload.labels)}</h2>
      <dl class="numbers">
        <Fact name="Attempts" value={workload.attempts} />
        <Fact name="Successes" value={workload.successes} />
        <Fact name="Failures" value={failuresOf(workload)} />
        <Fact name="Pending" value={workload.pending} />
        <Fact name="Accepted" value={workload.accepts} />
        <Fact name="Sent" value={bytes(workload.sent)} />
        <Fact name="Received" value={bytes(workload.received)} />
      </dl>
      <div class="columns">
        <Counts title="Failures by reason" counts={workload.failures} none="none." />
        <Counts title="Open by state" counts={workload.open} none="none." />
        <Counts title="Retransmitted segments" counts={workload.retransmits} none="none." />
        <Counts title="Resets by direction" counts={workload.resets} none="none." />
      </div>
      <div class="columns">
        <Lines title="Per second" {...connects} format={short} />
        <Lines title="Payload per second" {...traffic} format={bytes} />
      </div>
      <HeatMap title="Handshake times since this page was opened" bounds={bounds} columns={heat} />
      {workload.listeners.length > 0 && <Listeners rows={workload.listeners.map((listener) => ({ listener }))} />}
      <h3>Peers</h3>
      <EdgeTable rows={sorted(rows, order).slice(0, 100)} order={order} onOrder={setOrder} />
      <h3>Attributes</h3>
      <dl class="labels">{Object.entries(workload.labels).map(([name, value]) => <><dt>{name}</dt><dd>{value}</dd></>)}</dl>
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: number | string }) {
  return <div><dt>{name}</dt><dd>{value}</dd></div>;
}

function chartsOf(history: readonly Frame[], key: string) {
  const of = (name: string, value: (workload: Workload) => number) => {
    const { times, rates } = ratesOf(history, ofWorkload(key, value));
    return { times, line: { name, values: rates } };
  };
  const chart = (lines: readonly ReturnType<typeof of>[]) => ({ times: lines[0]!.times, lines: lines.map(({ line }) => line) });
  return {
    connects: chart([of('attempts', ({ attempts }) => attempts), of('failures', failuresOf), of('accepts', ({ accepts }) => accepts)]),
    traffic: chart([of('sent', ({ sent }) => sent), of('received', ({ received }) => received)]),
    heat: handshakesOf(history, key),
  };
}
