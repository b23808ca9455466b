import { useMemo } from 'preact/hooks';
import type { AgentState, Frame } from '../../feed/frame.ts';
import { Counts } from '../charts/counts.tsx';
import { Lines } from '../charts/lines.tsx';
import { bytes, percent, seconds, short } from '../format.ts';
import { ratesOf } from '../history.ts';
import { sum } from '../model.ts';
import { Scroll } from '../table/scroll.tsx';

/** Whether the agent is complete and honest, and what it costs. */
export function AgentPage({ history }: { readonly history: readonly Frame[] }) {
  const { agent, time } = history.at(-1)!;
  const { records, cost } = useMemo(() => chartsOf(history), [history]);
  const lost = Object.fromEntries(agent.lost.map(({ stage, reason, total }) => [`${stage} ${reason}`, total]));
  const drifts = agent.drift.filter(({ value }) => value !== 0);
  const missing = agent.probes.filter(({ attached }) => !attached);
  return (
    <>
      <h2>The agent</h2>
      <p>connwatch {agent.version} ({agent.commit}), Node.js {agent.node}, libbpf {agent.libbpf}. It has been running for {seconds(Math.max(0, time / 1000 - agent.startTime))}.</p>
      <ul class="verdict">
        <Verdict good={sum(lost) === 0} text={sum(lost) === 0 ? 'No record was lost.' : `${sum(lost)} records were lost. Totals include what is known of them.`} />
        <Verdict good={drifts.length === 0} text={`${agent.drift.length} comparisons with the kernel's own counters, ${drifts.length} differ.`} />
        <Verdict good={missing.length === 0} text={`${agent.probes.length} kernel programs, ${missing.length} not attached.`} />
        <Verdict good={agent.series.every(({ refused = 0 }) => refused === 0)} text={`${agent.series.reduce((all, { refused = 0 }) => all + refused, 0)} series found no room.`} />
      </ul>
      <div class="columns">
        <Lines title="Records per second" {...records} format={short} />
        <Lines title="CPU" {...cost} format={percent} />
      </div>
      <p>Memory {bytes(agent.memory)}. Ring buffer {bytes(agent.ring.used)} of {bytes(agent.ring.size)}. Oldest record at the last read {seconds(agent.drainLag)}, last scan of sockets {seconds(agent.scanAge)} ago.</p>
      <div class="columns">
        <Counts title="Lost records" counts={lost} none="none." />
        <Counts title="Records by kind" counts={agent.events} none="none yet." />
      </div>
      <Drifts drift={agent.drift} />
      <Probes probes={agent.probes} />
      <Series series={agent.series} />
    </>
  );
}

function Verdict({ good, text }: { readonly good: boolean; readonly text: string }) {
  return <li class={good ? 'good' : 'trouble'}>{good ? '✓' : '✗'} {text}</li>;
}

function Drifts({ drift }: Pick<AgentState, 'drift'>) {
  return (
    <Scroll label="Totals minus the kernel's own counters">
      <table>
        <caption>Totals minus the kernel's own counters</caption>
        <thead><tr><th scope="col" class="text">Counter</th><th scope="col" class="text">Network namespace</th><th scope="col">Difference</th><th scope="col">Compared</th></tr></thead>
        <tbody>
          {drift.map(({ counter, netns, type, value, age }) => (
            <tr key={`${counter} ${netns}`} class={value === 0 ? undefined : 'trouble'}>
              <th scope="row" class="text">{counter}</th><td class="text">{type === 'host' ? 'host' : netns}</td><td>{value}</td><td>{age < 0.001 ? 'now' : `${seconds(age)} ago`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Probes({ probes }: Pick<AgentState, 'probes'>) {
  return (
    <Scroll label="Kernel programs">
      <table>
        <caption>Kernel programs</caption>
        <thead><tr><th scope="col" class="text">Program</th><th scope="col" class="text">Mechanism</th><th scope="col" class="text">Need</th><th scope="col" class="text">State</th></tr></thead>
        <tbody>
          {probes.map(({ name, mechanism, required, attached }) => (
            <tr key={name} class={attached ? undefined : 'trouble'}>
              <th scope="row" class="text">{name}</th><td class="text">{mechanism}</td><td class="text">{required ? 'required' : 'optional'}</td><td class="text">{attached ? 'attached' : 'not attached'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Series({ series }: Pick<AgentState, 'series'>) {
  return (
    <Scroll label="Series of each metric">
      <table>
        <caption>Series of each metric</caption>
        <thead><tr><th scope="col" class="text">Metric</th><th scope="col">Series</th><th scope="col">Limit</th><th scope="col">In use</th><th scope="col">Refused</th></tr></thead>
        <tbody>
          {series.map(({ family, size, limit, refused }) => (
            <tr key={family} class={refused === undefined || refused === 0 ? undefined : 'trouble'}>
              <th scope="row" class="text">{family}</th><td>{size}</td><td>{limit}</td><td><meter min={0} max={limit} value={size}>{size} of {limit}</meter></td><td>{refused ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function chartsOf(history: readonly Frame[]) {
  const records = ratesOf(history, ({ agent }) => sum(agent.events));
  const lost = ratesOf(history, ({ agent }) => agent.lost.reduce((all, { total }) => all + total, 0));
  const cpu = ratesOf(history, ({ agent }) => agent.cpu);
  return {
    records: { times: records.times, lines: [{ name: 'read', values: records.rates }, { name: 'lost', values: lost.rates }] },
    cost: { times: cpu.times, lines: [{ name: 'CPU', values: cpu.rates }] },
  };
}
