import type { Metric } from './metric.ts';

// Metrics whose series come and go. Each has a limit of live series.

const workload = ['process.executable.name', 'workload.container.id', 'systemd.unit.name'];
const peer = ['server.address', 'server.port'];
const direction = 'network.io.direction';
const unit = '{connection}';
const window = { kind: 'gauge', unit, stability: 'stable', section: 'window' } as const;
const counter = { kind: 'counter', unit, stability: 'stable', section: 'cumulative' } as const;
const gauge = { kind: 'gauge', unit, stability: 'stable', section: 'cumulative' } as const;
const histogram = { kind: 'histogram', unit: 's', stability: 'stable', section: 'cumulative' } as const;

export const connectsByPid: Metric = {
  ...window,
  name: 'tcp.connects_by_pid',
  description: 'Connect attempts of a process since the agent first saw it',
  attributes: ['pid', 'comm'],
};

export const windowConnects: Metric = {
  ...window,
  name: 'connwatch.window.connects',
  description: 'Connect attempts that ended in the last complete window, by outcome',
  attributes: [...workload, ...peer, 'outcome'],
};

export const windowAccepts: Metric = {
  ...window,
  name: 'connwatch.window.accepts',
  description: 'Connections accepted by a listener in the last complete window',
  attributes: [...workload, 'server.port'],
};

export const connectP50 = windowQuantile(50);
export const connectP95 = windowQuantile(95);
export const connectP99 = windowQuantile(99);

export const attempts: Metric = {
  ...counter,
  name: 'connwatch.tcp.connect.attempts',
  description: 'Connect attempts',
  attributes: [...workload, ...peer],
};

export const successes: Metric = {
  ...counter,
  name: 'connwatch.tcp.connect.successes',
  description: 'Successful connect attempts',
  attributes: [...workload, ...peer],
};

export const failures: Metric = {
  ...counter,
  name: 'connwatch.tcp.connect.failures',
  description: 'Failed connect attempts, by reason',
  attributes: [...workload, ...peer, 'error.type'],
};

export const pending: Metric = {
  ...gauge,
  name: 'connwatch.tcp.connect.pending',
  description: 'Connect attempts that have not ended yet',
  attributes: [...workload, ...peer],
};

export const connectDuration: Metric = {
  ...histogram,
  name: 'connwatch.tcp.connect.duration',
  description: 'Handshake time of successful connect attempts: from the SYN to ESTABLISHED',
  attributes: [...workload, ...peer],
};

export const accepts: Metric = {
  ...counter,
  name: 'connwatch.tcp.accepts',
  description: 'Connections accepted by a listener',
  attributes: [...workload, 'server.port'],
};

export const connections: Metric = {
  ...gauge,
  name: 'connwatch.tcp.connections',
  description: 'Open sockets with a known owner, by TCP state',
  attributes: [...workload, 'network.connection.state', 'role'],
};

export const connectionDuration: Metric = {
  ...histogram,
  name: 'connwatch.tcp.connection.duration',
  description: 'Lifetime of ended connections that were opened after the agent started: from ESTABLISHED to the end',
  attributes: [...workload, 'role'],
};

export const rtt: Metric = {
  ...histogram,
  name: 'connwatch.tcp.rtt',
  description: "The kernel's smoothed round-trip time: one sample at the end of a connection, and one in each window in which it transferred data",
  attributes: [...workload, 'role'],
};

export const io: Metric = {
  ...counter,
  name: 'connwatch.tcp.io',
  unit: 'By',
  description: 'Payload bytes: transmit counts acknowledged bytes, receive counts bytes received in order',
  attributes: [...workload, ...peer, direction],
};

export const retransmits: Metric = {
  ...counter,
  name: 'connwatch.tcp.retransmits',
  unit: '{segment}',
  description: 'Retransmitted segments: syn of connect attempts, synack of listeners, data of connections',
  attributes: [...workload, ...peer, 'type'],
};

export const resets: Metric = {
  ...counter,
  name: 'connwatch.tcp.resets',
  unit: '{reset}',
  description: 'Established connections that ended by a reset, received from the peer or transmitted by the owner',
  attributes: [...workload, direction],
};

export const listenQueue: Metric = {
  ...gauge,
  name: 'connwatch.tcp.listen.queue.length',
  description: 'Connections in the accept queue of a listener at the end of the last window',
  attributes: [...workload, 'server.port'],
};

export const listenLimit: Metric = {
  ...gauge,
  name: 'connwatch.tcp.listen.queue.limit',
  description: 'Backlog of a listener: a longer accept queue overflows',
  attributes: [...workload, 'server.port'],
};

export const listenOverflows: Metric = {
  ...counter,
  name: 'connwatch.tcp.listen.overflows',
  description: 'Handshakes that a listener dropped because its accept queue was full',
  attributes: [...workload, 'server.port'],
};

export const listenDrops: Metric = {
  ...counter,
  name: 'connwatch.tcp.listen.syn_drops',
  description: 'Handshakes that a listener dropped for another reason',
  attributes: [...workload, 'server.port'],
};

export const families: readonly Metric[] = [
  connectsByPid,
  windowConnects,
  windowAccepts,
  connectP50,
  connectP95,
  connectP99,
  attempts,
  successes,
  failures,
  pending,
  connectDuration,
  accepts,
  connections,
  connectionDuration,
  rtt,
  io,
  retransmits,
  resets,
  listenQueue,
  listenLimit,
  listenOverflows,
  listenDrops,
];

function windowQuantile(percent: number): Metric {
  return {
    ...window,
    name: `connwatch.window.connect.duration.p${percent}`,
    unit: 's',
    description: `${percent} % of the successful connects in the last complete window took at most this long, estimated from the buckets`,
    attributes: [...workload, ...peer],
  };
}
