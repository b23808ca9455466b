const workload = ['process.executable.name', 'process.command', 'workload.container.id', 'systemd.unit.name'] as const;
const peer = ['server.address', 'server.port'] as const;
const port = ['server.port'] as const;
const direction = 'network.io.direction';

/** The metrics whose series come and go, and the attributes of each. */
export const FAMILIES = {
  'tcp.connects_by_pid': ['pid', 'comm'],
  'connwatch.window.connects': [...workload, ...peer, 'outcome'],
  'connwatch.window.accepts': [...workload, ...port],
  'connwatch.window.connect.duration.p50': [...workload, ...peer],
  'connwatch.window.connect.duration.p95': [...workload, ...peer],
  'connwatch.window.connect.duration.p99': [...workload, ...peer],
  'connwatch.tcp.connect.attempts': [...workload, ...peer],
  'connwatch.tcp.connect.successes': [...workload, ...peer],
  'connwatch.tcp.connect.failures': [...workload, ...peer, 'error.type'],
  'connwatch.tcp.connect.pending': [...workload, ...peer],
  'connwatch.tcp.connect.duration': [...workload, ...peer],
  'connwatch.tcp.accepts': [...workload, ...port],
  'connwatch.tcp.connections': [...workload, 'role', ...peer, 'network.connection.state'],
  'connwatch.tcp.connection.duration': [...workload, 'role', ...port],
  'connwatch.tcp.rtt': [...workload, 'role', ...port],
  'connwatch.tcp.io': [...workload, 'role', ...peer, direction],
  'connwatch.tcp.retransmits': [...workload, 'role', ...peer, 'type'],
  'connwatch.tcp.resets': [...workload, 'role', ...peer, direction],
  'connwatch.tcp.listen.queue.length': [...workload, ...port],
  'connwatch.tcp.listen.queue.limit': [...workload, ...port],
  'connwatch.tcp.listen.overflows': [...workload, ...port],
  'connwatch.tcp.listen.syn_drops': [...workload, ...port],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type FamilyName = keyof typeof FAMILIES;

export const FAMILY_NAMES = Object.keys(FAMILIES) as FamilyName[];

/** The metrics of which a client's port is an attribute only together with its address: by default they have the port of servers alone. */
export const PORT_OF_SERVERS: ReadonlySet<string> = new Set<FamilyName>(['connwatch.tcp.connection.duration', 'connwatch.tcp.rtt']);

/** Who connects to a server, by the ranges of --peer-names. */
const client = 'client.address';

/** Attributes that a metric can have and does not have by default. */
const OPTIONAL: Partial<Record<FamilyName, readonly string[]>> = {
  'connwatch.window.accepts': [client],
  'connwatch.tcp.accepts': [client],
  'connwatch.tcp.connections': [client],
  'connwatch.tcp.connection.duration': ['server.address', client],
  'connwatch.tcp.rtt': ['server.address', client],
  'connwatch.tcp.io': [client],
  'connwatch.tcp.retransmits': [client],
  'connwatch.tcp.resets': [client],
};

/** All attributes that a metric can have, in their order in a series. */
export function attributesOf(family: FamilyName): readonly string[] {
  return [...FAMILIES[family], ...(OPTIONAL[family] ?? [])];
}

/** Whether a metric keeps who connects to servers. */
export function wantsClients(kept: KeptAttributes): boolean {
  return Object.values(kept).some((names) => names !== 'off' && names.includes(client));
}

/** For each metric named here the attributes that it keeps; `off`: the metric is left out. Others are as in FAMILIES. */
export type KeptAttributes = Readonly<Partial<Record<FamilyName, readonly string[] | 'off'>>>;
