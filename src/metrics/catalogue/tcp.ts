import { FAMILIES, type FamilyName } from '../../words/families.ts';
import type { Metric } from './metric.ts';

// Metrics whose series come and go. Each has a limit of live series.

/** Attributes are in src/words/families.ts, because they are configuration. */
export interface Family extends Metric {
  readonly name: FamilyName;
}

const unit = '{connection}';
const window = { kind: 'gauge', unit, stability: 'stable', section: 'window' } as const;
const counter = { kind: 'counter', unit, stability: 'stable', section: 'cumulative' } as const;
const gauge = { kind: 'gauge', unit, stability: 'stable', section: 'cumulative' } as const;
const histogram = { kind: 'histogram', unit: 's', stability: 'stable', section: 'cumulative' } as const;

export const connectsByPid: Family = {
  ...window,
  ...named('tcp.connects_by_pid'),
  description: 'Connect attempts of a process since the agent first saw it',
};

export const windowConnects: Family = {
  ...window,
  ...named('connwatch.window.connects'),
  description: 'Connect attempts that ended in the last complete window, by outcome',
};

export const windowAccepts: Family = {
  ...window,
  ...named('connwatch.window.accepts'),
  description: 'Connections accepted by a listener in the last complete window',
};

export const connectP50 = windowQuantile(50);
export const connectP95 = windowQuantile(95);
export const connectP99 = windowQuantile(99);

export const attempts: Family = {
  ...counter,
  ...named('connwatch.tcp.connect.attempts'),
  description: 'Connect attempts',
};

export const successes: Family = {
  ...counter,
  ...named('connwatch.tcp.connect.successes'),
  description: 'Successful connect attempts',
};

export const failures: Family = {
  ...counter,
  ...named('connwatch.tcp.connect.failures'),
  description: 'Failed connect attempts, by reason',
};

export const pending: Family = {
  ...gauge,
  ...named('connwatch.tcp.connect.pending'),
  description: 'Connect attempts that have not ended yet',
};

export const connectDuration: Family = {
  ...histogram,
  ...named('connwatch.tcp.connect.duration'),
  description: 'Handshake time of successful connect attempts: from the SYN to ESTABLISHED',
};

export const accepts: Family = {
  ...counter,
  ...named('connwatch.tcp.accepts'),
  description: 'Connections accepted by a listener',
};

export const connections: Family = {
  ...gauge,
  ...named('connwatch.tcp.connections'),
  description: 'Open sockets with a known owner, by TCP state',
};

export const connectionDuration: Family = {
  ...histogram,
  ...named('connwatch.tcp.connection.duration'),
  description: 'Lifetime of ended connections that were opened after the agent started: from ESTABLISHED to the end',
};

export const rtt: Family = {
  ...histogram,
  ...named('connwatch.tcp.rtt'),
  description: "The kernel's smoothed round-trip time: one sample at the end of a connection, and one in each window in which it transferred data",
};

export const io: Family = {
  ...counter,
  ...named('connwatch.tcp.io'),
  unit: 'By',
  description: 'Payload bytes: transmit counts acknowledged bytes, receive counts bytes received in order',
};

export const retransmits: Family = {
  ...counter,
  ...named('connwatch.tcp.retransmits'),
  unit: '{segment}',
  description: 'Retransmitted segments: syn of connect attempts, synack of listeners, data of connections',
};

export const resets: Family = {
  ...counter,
  ...named('connwatch.tcp.resets'),
  unit: '{reset}',
  description: 'Established connections that ended by a reset, received from the peer or transmitted by the owner',
};

export const listenQueue: Family = {
  ...gauge,
  ...named('connwatch.tcp.listen.queue.length'),
  description: 'Connections in the accept queue of a listener at the end of the last window',
};

export const listenLimit: Family = {
  ...gauge,
  ...named('connwatch.tcp.listen.queue.limit'),
  description: 'Backlog of a listener: a longer accept queue overflows',
};

export const listenOverflows: Family = {
  ...counter,
  ...named('connwatch.tcp.listen.overflows'),
  description: 'Handshakes that a listener dropped because its accept queue was full',
};

export const listenDrops: Family = {
  ...counter,
  ...named('connwatch.tcp.listen.syn_drops'),
  description: 'Handshakes that a listener dropped for another reason',
};

export const families: readonly Family[] = [
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

function named(name: FamilyName): { readonly name: FamilyName; readonly attributes: readonly string[] } {
  return { name, attributes: FAMILIES[name] };
}

function windowQuantile(percent: 50 | 95 | 99): Family {
  return {
    ...window,
    ...named(`connwatch.window.connect.duration.p${percent}`),
    unit: 's',
    description: `${percent} % of the successful connects in the last complete window took at most this long, estimated from the buckets`,
  };
}
