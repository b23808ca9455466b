import type { Metric } from './metric.ts';

// Sets whose members come and go: each is a family of the series budget.

const workload = ['process.executable.name', 'container.id'];
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
  description: 'Connect attempts of a process since it was first seen',
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
  description: 'Connections that a listener got in the last complete window',
  attributes: [...workload, 'server.port'],
};

export const connectP50 = windowQuantile(50);
export const connectP95 = windowQuantile(95);
export const connectP99 = windowQuantile(99);

export const attempts: Metric = {
  ...counter,
  name: 'connwatch.tcp.connect.attempts',
  description: 'Connect attempts that began',
  attributes: [...workload, ...peer],
};

export const successes: Metric = {
  ...counter,
  name: 'connwatch.tcp.connect.successes',
  description: 'Connect attempts that were established',
  attributes: [...workload, ...peer],
};

export const failures: Metric = {
  ...counter,
  name: 'connwatch.tcp.connect.failures',
  description: 'Connect attempts that ended otherwise, by reason',
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
  description: 'Time from the SYN to established, of the connect attempts that were',
  attributes: [...workload, ...peer],
};

export const accepts: Metric = {
  ...counter,
  name: 'connwatch.tcp.accepts',
  description: 'Connections that a listener got',
  attributes: [...workload, 'server.port'],
};

export const connections: Metric = {
  ...gauge,
  name: 'connwatch.tcp.connections',
  description: 'Sockets that are open and have an owner, by TCP state',
  attributes: [...workload, 'network.connection.state', 'role'],
};

export const connectionDuration: Metric = {
  ...histogram,
  name: 'connwatch.tcp.connection.duration',
  description: 'Time from established to the end, of connections that have ended and were opened since the agent started',
  attributes: [...workload, 'role'],
};

export const rtt: Metric = {
  ...histogram,
  name: 'connwatch.tcp.rtt',
  description: "The kernel's smoothed round-trip time: one sample at the end of a connection, and one in each window in which it moved data",
  attributes: [...workload, 'role'],
};

export const io: Metric = {
  ...counter,
  name: 'connwatch.tcp.io',
  unit: 'By',
  description: 'Payload bytes: transmit is what the peer has acknowledged, receive what has arrived in order',
  attributes: [...workload, ...peer, direction],
};

export const retransmits: Metric = {
  ...counter,
  name: 'connwatch.tcp.retransmits',
  unit: '{segment}',
  description: 'Segments that were sent again, by what they are: syn of connect attempts, synack of listeners, data of connections',
  attributes: [...workload, ...peer, 'type'],
};

export const resets: Metric = {
  ...counter,
  name: 'connwatch.tcp.resets',
  unit: '{reset}',
  description: 'Established connections that ended by a reset: receive from the peer, transmit by their owner',
  attributes: [...workload, direction],
};

export const listenQueue: Metric = {
  ...gauge,
  name: 'connwatch.tcp.listen.queue.length',
  description: "Connections that wait for their listener's accept(), at the end of the last window",
  attributes: [...workload, 'server.port'],
};

export const listenLimit: Metric = {
  ...gauge,
  name: 'connwatch.tcp.listen.queue.limit',
  description: 'Backlog of a listener: its queue overflows when it is longer than this',
  attributes: [...workload, 'server.port'],
};

export const listenOverflows: Metric = {
  ...counter,
  name: 'connwatch.tcp.listen.overflows',
  description: 'Handshakes that a listener dropped because its queue was full',
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
    description: `Time within which ${percent} % of the connects of the last complete window were established, estimated from the buckets`,
    attributes: [...workload, ...peer],
  };
}
