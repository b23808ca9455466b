/** Who owns a pod, by its kind: a series has one of them. A pod that nobody owns has its own name instead. */
const owners = [
  'k8s.deployment.name',
  'k8s.statefulset.name',
  'k8s.daemonset.name',
  'k8s.cronjob.name',
  'k8s.job.name',
  'k8s.replicaset.name',
  'k8s.replicationcontroller.name',
  'k8s.owner.kind',
  'k8s.owner.name',
] as const;

/** Stands for all of `owners` in --attributes and in the documentation. */
export const OWNER = 'k8s.owner';

const workload = ['process.executable.name', 'process.command', 'k8s.namespace.name', ...owners, 'k8s.container.name', 'container.name', 'container.image.name', 'workload.container.id', 'systemd.unit.name'] as const;
const pod = ['k8s.pod.name', 'k8s.pod.uid'] as const;
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
  'connwatch.tcp.connections': [...workload, ...pod, 'role', ...peer, 'network.connection.state'],
  'connwatch.tcp.connection.duration': [...workload, 'role', ...port],
  'connwatch.tcp.rtt': [...workload, 'role', ...port],
  'connwatch.tcp.io': [...workload, 'role', ...peer, direction],
  'connwatch.tcp.retransmits': [...workload, 'role', ...peer, 'type'],
  'connwatch.tcp.resets': [...workload, 'role', ...peer, direction],
  'connwatch.tcp.listen.queue.length': [...workload, ...pod, ...port],
  'connwatch.tcp.listen.queue.limit': [...workload, ...pod, ...port],
  'connwatch.tcp.listen.overflows': [...workload, ...pod, ...port],
  'connwatch.tcp.listen.syn_drops': [...workload, ...pod, ...port],
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
  const own: readonly string[] = FAMILIES[family];
  const pods = own.includes('k8s.namespace.name') && !own.includes('k8s.pod.name') ? pod : [];
  return [...own, ...(OPTIONAL[family] ?? []), ...pods];
}

/** Whether a metric with these attributes tells the owners of pods apart. Then a pod that nobody owns has its own name there. */
export function tellsOwners(attributes: ReadonlySet<string>): boolean {
  return owners.some((name) => attributes.has(name));
}

/** For people: OWNER in the place of the owners. */
export function withoutOwners(attributes: readonly string[]): readonly string[] {
  return [...new Set(attributes.map((name) => ((owners as readonly string[]).includes(name) ? OWNER : name)))];
}

/** The words of --attributes as attributes. */
export function withOwners(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => (word === OWNER ? owners : [word]));
}

/** Whether a metric keeps who connects to servers. */
export function wantsClients(kept: KeptAttributes): boolean {
  return Object.values(kept).some((names) => names !== 'off' && names.includes(client));
}

/** For each metric named here the attributes that it keeps; `off`: the metric is left out. Others are as in FAMILIES. */
export type KeptAttributes = Readonly<Partial<Record<FamilyName, readonly string[] | 'off'>>>;
