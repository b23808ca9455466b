import type { Metric } from './metric.ts';

// Sets whose members come and go: each is a family of the series budget.

const workload = ['process.executable.name', 'container.id'];
const peer = ['server.address', 'server.port'];
const unit = '{connection}';
const window = { kind: 'gauge', unit, stability: 'stable', section: 'window' } as const;
const counter = { kind: 'counter', unit, stability: 'stable', section: 'cumulative' } as const;
const gauge = { kind: 'gauge', unit, stability: 'stable', section: 'cumulative' } as const;

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

export const accepts: Metric = {
  ...counter,
  name: 'connwatch.tcp.accepts',
  description: 'Connections that a listener got',
  attributes: [...workload, 'server.port'],
};

export const connections: Metric = {
  ...gauge,
  name: 'connwatch.tcp.connections',
  description: 'Sockets that are open and have an owner, by TCP state; those opened since the agent started',
  attributes: [...workload, 'network.connection.state', 'role'],
};

export const families: readonly Metric[] = [
  connectsByPid,
  windowConnects,
  windowAccepts,
  attempts,
  successes,
  failures,
  pending,
  accepts,
  connections,
];
