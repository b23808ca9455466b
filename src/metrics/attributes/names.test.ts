import { expect, it } from 'vitest';
import { FOLDED, UNRESOLVED } from '../../identity/index.ts';
import { Bench, processInfo } from '../fixtures.ts';

const curl = processInfo(10, 'curl');
const nginx = processInfo(20, 'nginx');
const all = { success: 1, refused: 1, handshake: [0.01], close: 1, life: [1], rtt: [0.01], bytesSent: 9, bytesReceived: 1, resetsIn: 1, resetsOut: 1, synRetransmits: 1, dataRetransmits: 1 };
const accepted = { ...all, success: 0, refused: 0, handshake: [], accept: 1 };

/** Keys with what is not known of them: a listener that has been closed, lost records, and one that stands for several. */
function everything(bench: Bench): void {
  const { keys } = bench;
  const clients = [keys.client(1, curl), keys.client(2, processInfo(0, FOLDED), '', 0), keys.client(3, curl, '', 0, { fold: 'peer' })];
  const servers = [keys.server(4, nginx, 80), keys.server(5, nginx, 0), keys.server(6, processInfo(0, FOLDED), 0), keys.server(7, nginx, 0, { fold: 'peer' })];
  const row = { sockets: 1, queue: 1, limit: 4, overflows: 2, drops: 3, synackRetransmits: 1 };
  bench.window({
    rows: [...clients.map((key) => [key, all] as const), ...servers.map((key) => [key, accepted] as const)].map(([key, counts]) => [key, counts]),
    live: [...clients.map((key) => [key, 'syn_sent', 1] as const), ...servers.map((key) => [key, 'established', 1] as const)].map(([key, state, count]) => [key, state, count]),
    listeners: servers.map((key) => [key, row]),
  });
}

it('are the same in all series of a metric and a role, whatever is not known', async () => {
  const bench = new Bench();
  everything(bench);
  for (const { descriptor, dataPoints } of await bench.data()) {
    const names = dataPoints
      .map(({ attributes }) => attributes)
      .filter((attributes) => attributes['otel.metric.overflow'] === undefined)
      .map((attributes) => `${String(attributes['role'])}: ${Object.keys(attributes).join(' ')}`);
    const roles = new Set(names.map((name) => name.split(':')[0]));
    expect([...new Set(names)].length, `${descriptor.name}: ${[...new Set(names)].join(' / ')}`).toBe(roles.size);
  }
  expect(bench.errors).toEqual([]);
});

it('say what is not known, and what stands for several ports counts in the overflow series', async () => {
  const bench = new Bench();
  everything(bench);
  expect(await bench.lines('connwatch.tcp.io')).toEqual({
    'curl client 10.0.0.1 443 transmit': 9,
    'curl client 10.0.0.1 443 receive': 1,
    [`${FOLDED} client ${FOLDED} ${FOLDED} transmit`]: 9,
    [`${FOLDED} client ${FOLDED} ${FOLDED} receive`]: 1,
    'nginx server 80 transmit': 9,
    'nginx server 80 receive': 1,
    [`nginx server ${UNRESOLVED} transmit`]: 9,
    [`nginx server ${UNRESOLVED} receive`]: 1,
    [`${FOLDED} server ${FOLDED} transmit`]: 9,
    [`${FOLDED} server ${FOLDED} receive`]: 1,
    true: 20,
  });
  // Who has no port of its own still has its lives: a client's are told by workload.
  expect(await bench.lines('connwatch.tcp.connection.duration')).toEqual({ 'curl client': 2, [`${FOLDED} client`]: 1, 'nginx server 80': 1, [`nginx server ${UNRESOLVED}`]: 1, [`${FOLDED} server ${FOLDED}`]: 1, true: 1 });
  expect(await bench.sum('connwatch.tcp.connections')).toBe(7);
  expect(await bench.sum('connwatch.tcp.listen.syn_drops')).toBe(12);
});
