import { SILENT_PORT } from '../harness/kernel/namespace.ts';
import type { Page } from '../harness/scrape/exposition.ts';
import { PORTS } from './network.ts';
import { quantileOf } from './quantile.ts';
import { grown, rounded, type Rows } from './rows.ts';
import type { Name, Scene } from './scene.ts';

/** Seconds of the range [5m], by which rate() divides. */
const RANGE = 300;
const CLOSED_PORT = 7;
const HANDSHAKE = 'connwatch_tcp_connect_duration_seconds';

/** The answers to the queries of docs/queries.md by heading, from what was made; from the agent's page where the kernel decides how often. */
export async function expectedAnswers(scene: Scene, page: Page): Promise<Record<string, Rows>> {
  const { plan, names, address } = scene;
  const ports = scene.ports as Record<Name, number>;
  const peer = (name: Name, port: number) => `${names[name]} ${address} ${port}`;
  const of = (metric: string, name: Name, port: number, more = {}) => page.sum(metric, { process_executable_name: names[name], server_port: `${port}`, ...more });
  const retransmits = (name: Name, port: number, type: string) => of('connwatch_tcp_retransmits_total', name, port, { type });

  const connects: Rows = {
    [peer('api', ports.database)]: plan.earlier + plan.later,
    [peer('api', CLOSED_PORT)]: plan.refused,
    [peer('job', SILENT_PORT)]: plan.unanswered + plan.cancelled,
    [peer('waiter', SILENT_PORT)]: plan.waiting,
    [peer('mobile', PORTS.lostSyn)]: plan.slow,
    [peer('mobile', PORTS.lostAnswer)]: plan.lostAnswers,
    [peer('filler', ports.full)]: plan.backlog + 1,
    [peer('late', ports.full)]: plan.late,
    [peer('leaky', ports.upstream)]: plan.leakedInTheEnd,
    [peer('moody', PORTS.lostData)]: plan.resets,
    [peer('bulk', PORTS.lostData)]: 1,
  };
  const busiest = Object.entries(connects).slice(0, 10); // All but the one with a single connect.
  const old = peer('api', ports.database);
  const handshakes = [ports.database, PORTS.lostSyn, PORTS.lostAnswer, ports.full, ports.upstream, PORTS.lostData];
  const destination = (port: number) => ({ server_address: address, server_port: `${port}` });
  const share = (port: number) => 1 - page.sum(`${HANDSHAKE}_bucket`, { ...destination(port), le: '0.25' }) / page.sum(`${HANDSHAKE}_count`, destination(port));
  const leaked = `${names.leaky} client ${address} ${ports.upstream}`;

  return {
    'Who fails to reach whom, and why': {
      [`refused ${peer('api', CLOSED_PORT)}`]: plan.refused,
      [`unanswered ${peer('job', SILENT_PORT)}`]: plan.unanswered,
      [`unanswered ${peer('late', ports.full)}`]: plan.late,
    },
    'Failure ratio by destination': {
      [`${address} ${CLOSED_PORT}`]: 1,
      [`${address} ${SILENT_PORT}`]: 1,
      [`${address} ${ports.full}`]: rounded(plan.late / (plan.late + plan.backlog + 1)),
    },
    'Who gives up early': { [peer('job', SILENT_PORT)]: plan.cancelled },
    'Who waits on a connect right now': { [peer('waiter', SILENT_PORT)]: plan.waiting },
    'Slow handshakes by destination': Object.fromEntries(handshakes.map((port) => [`${address} ${port}`, rounded(quantileOf(page, 0.99, HANDSHAKE, destination(port)))])),
    'Share of handshakes above 250 ms': Object.fromEntries(handshakes.map((port) => [`${address} ${port}`, rounded(share(port))] as const).filter(([, value]) => value > 0)),
    'Where SYNs are lost': {
      [peer('job', SILENT_PORT)]: plan.unanswered,
      [peer('late', ports.full)]: plan.late,
      [peer('mobile', PORTS.lostSyn)]: plan.slow,
      ...positive(peer('mobile', PORTS.lostAnswer), retransmits('mobile', PORTS.lostAnswer, 'syn')),
    },
    'Where answers to SYNs are lost': { [`${names.gateway} ${PORTS.lostAnswer}`]: retransmits('gateway', PORTS.lostAnswer, 'synack') },
    'Retransmitted data by peer': { [peer('bulk', PORTS.lostData)]: retransmits('bulk', PORTS.lostData, 'data') },
    Resets: {
      [`transmit ${names.moody} client ${address} ${PORTS.lostData}`]: plan.resets,
      [`receive ${names.store} server ${PORTS.lostData}`]: plan.resets,
    },
    'Which listener overflows': { [`${names.full} ${ports.full}`]: await scene.namespace.statistic('TcpExtListenOverflows') },
    'How full accept queues are': { [`${names.full} ${ports.full}`]: rounded((plan.backlog + 1) / plan.backlog) },
    // The kernel also counts a SYN that comes again while its answer is on the way.
    'Which listener drops handshakes for another reason': positive(`${names.gateway} ${PORTS.lostAnswer}`, of('connwatch_tcp_listen_syn_drops_total', 'gateway', PORTS.lostAnswer)),
    'Connections that wait for their program to close them': { [leaked]: plan.leakedInTheEnd },
    'Where CLOSE_WAIT grew within an hour': { [leaked]: plan.leakedInTheEnd - plan.leaked },
    'Who leaks connections': await grown(scene, 'connwatch_tcp_connections{network_connection_state=~"established|close_wait"}', ['process_executable_name', 'role']),
    'Who connects most': Object.fromEntries(busiest.map(([key, count]) => [key, rounded(count / RANGE)])),
    'Top talkers': {
      [`transmit ${peer('bulk', PORTS.lostData)}`]: rounded(plan.sent / RANGE),
      [`receive ${peer('bulk', PORTS.lostData)}`]: rounded(plan.received / RANGE),
    },
    'Which destinations are new since an hour ago': Object.fromEntries(Object.keys(connects).filter((key) => key !== old).map((key) => [key, 1])),
    'Were records lost': {},
    'Do the totals agree with the kernel': {},
    'Do attempts add up': { '': 0 },
    'Which kernel programs are missing': Object.fromEntries(
      page.select('connwatch_probe_attached').filter(({ value }) => value === 0).map(({ labels }) => [`${labels['mechanism']} ${labels['probe']} ${labels['required']}`, 0]),
    ),
    'Which metrics have no room for new series': {},
    'How much of the series limit is in use': Object.fromEntries(
      Object.entries(page.by('family', 'connwatch_series')).filter(([family]) => family !== 'tcp.connects_by_pid').map(([family, value]) => [family, rounded(value / page.sum('connwatch_series_limit', { family }))]),
    ),
    'What share of connects has lost its detail': {},
  };
}

function positive(key: string, value: number): Rows {
  return value > 0 ? { [key]: value } : {};
}
