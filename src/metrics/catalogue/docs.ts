import { HANDSHAKE_BOUNDS, LIFE_BOUNDS } from '../../stream/histograms.ts';
import { FAMILIES, OWNER, withoutOwners } from '../../words/families.ts';
import { OUTCOMES } from '../../words/outcomes.ts';
import type { Metric, Section } from './metric.ts';
import { prometheusName } from './prometheus-name.ts';

const TITLES: Readonly<Record<Section, string>> = {
  window: 'The last complete window',
  cumulative: 'Since the agent started',
  agent: 'The agent itself',
};

const NOTES: Readonly<Record<Section, string>> = {
  window: `Windows are aligned to the interval (5 s by default); a scrape reads the last complete one.
They are samples for people to look at. Most windows fall between two scrapes, so build alerts on the counters.
A window series is 0 in an idle window and exists as long as the counter series of the same connects or accepts.

Quantiles are estimated from the buckets of \`connwatch_tcp_connect_duration_seconds\` like \`histogram_quantile()\` in Prometheus: linear within a bucket, and 127 s above the last bound.
Without a success in the window there is no quantile series. The overflow series has the quantiles of everything without a series of its own.

After a process has exited, its \`tcp_connects_by_pid\` series stays until each reader has collected it once and two more windows are complete, at most 60 s.
A reused pid is a new process. When a process executes another program, its count continues under the new name.`,
  cumulative: `\`error.type\` is one of ${OUTCOMES.slice(1).map(code).join(', ')}. \`unanswered\`: the program gave up after at least one SYN was sent again. \`cancelled\`: it gave up before.
In the window gauge \`cancelled\` is an outcome of its own, and every other reason is \`failure\`.

Attempts = successes + failures + pending. The totals always add up. A single peer adds up too, unless it is in the overflow series or new in this scrape.

Every metric that counts both sides has the attribute \`role\`: \`client\` or \`server\`. Select one side when you sum, because both ends of a connection on the same host count. A client has the peer that it connects to (\`server.address\`, \`server.port\`). A server has its own \`server.port\` and no address. \`connwatch_tcp_connection_duration_seconds\` and \`connwatch_tcp_rtt_seconds\` have only the port of servers by default, because a histogram has about 25 lines.
[\`--attributes\`](configuration.md#which-series) keeps fewer of them, or adds \`server.address\` to round trips and lifetimes and \`client.address\` to what servers count.
All series of a metric and a role have the same attributes, but for \`process.command\`, which is there only where it differs from the executable, and those of a container or unit. A port that is not known is \`[unresolved]\`. Address and port of records that the kernel side added up because the ring buffer was full are \`[folded]\`, as is their \`process.executable.name\`; these have no times.
A connection from before the agent's start has no connect and no accept, and is not in \`connwatch_tcp_connection_duration_seconds\`, because its age is unknown. Its bytes, retransmits and resets count from when the agent found it.
Bytes of an open connection are reported once per window.

A listener's series exist from when the agent first sees it, with counters at 0. Sockets of one workload on one port are added up, across network namespaces.
The kernel counts the handshakes that a listener dropped without the reason, and the overflows of a network namespace without the listener (ListenOverflows). The agent joins the two: in a window without overflows all drops are \`syn_drops\`; if there are as many overflows as drops, all are overflows; otherwise those of full queues come first. Where it can't read the counters of a namespace, and in the window in which it finds one that has had both overflows and other drops, drops are overflows if the queue was full at some moment since the scan before.

Buckets, in seconds: connects and round trips ${HANDSHAKE_BOUNDS.join(', ')}; the later ones lie just above the times at which a SYN is sent again. Connections ${LIFE_BOUNDS.join(', ')}.

**A new counter or histogram series starts at 0 for each reader.** A series that began after a reader's last scrape is 0 in its next scrape and has its value from then on, because Prometheus computes \`increase()\` = 0 for a counter that appears at 23.
In the first scrape of a new reader, series younger than five minutes are 0. The agent knows a reader by its address and User-Agent. Where several have the same, as two Prometheus servers on one machine, their connections tell them apart. A connection that is not known may be any of them, so it has no series at 0 that one of them has had above 0: no counter falls when Prometheus loads its configuration again. One of several that comes back over a new connection may miss the 0 of series that began meanwhile. The agent closes a connection that is idle for five minutes, so with longer scrape intervals several readers of one name are one. Programs with the same address and User-Agent that open a connection for each scrape are one reader: one of them sees the 0. The agent remembers 256 readers, at most 16 of one connection, and forgets first those of the address that has most. What it has forgotten is a new reader. Behind a proxy that keeps connections to the agent, connections say nothing: let it send \`X-Forwarded-For\`, \`Forwarded\` or \`Via\`, so that a reader is known by that and its User-Agent. Without these headers a reader whose requests go over several connections can see a counter fall: use \`--new-series-at-zero=false\` there. A scrape that breaks off does not count. \`--new-series-at-zero=false\` shows every series with its value at once.
Over OTLP, and as \`_created\` in OpenMetrics, each series carries its own start time.

**Series limit.** Each metric by workload, peer or process has a limit of live series (\`connwatch_series_limit\`).
A histogram has about 25 lines, so a histogram metric may have a quarter of the series of another metric.
Everything above the limit counts in one series with \`otel_metric_overflow="true"\`. Its value is the true sum of everything without a series of its own, for histograms bucket by bucket.
Lost records that the kernel side knows by class only count there too, so totals stay exact when detail is lost.
A cgroup gets a new series only while it has less than four times as many series as are free, so one cgroup can use at most 80 % of the limit. Within a cgroup, executables share by the same rule (one alone: 76 %). \`connwatch_series_refused_total\` counts refusals: a rising value is the alert for a flood.
A counter series ends when its processes are gone and it has not changed for an hour.`,
  agent: `Counters, probes and limits exist from the start, at 0 if nothing happened. The duration of a collection exists from the second scrape on.
[Containers](containers.md) lists the values of \`resolution\`.
The drift exists once there was a moment at which the kernel's counters stood still. TCP Fast Open and TCP_REPAIR cause a permanent drift ([accuracy](internals/accuracy.md#where-the-formulas-do-not-hold)). Lost records without an entry in the kernel's sums have no known network namespace, so the drift shows them as missing.
The counters of a namespace cannot be read if its sockets are held only from another namespace, or by a thread whose process is in another one.`,
};

/** The page docs/metrics.md, whole. */
export function metricsPage(metrics: readonly Metric[]): string {
  const sections = (Object.keys(TITLES) as Section[]).map((section) => {
    const rows = metrics.filter((metric) => metric.section === section).map(row);
    return `## ${TITLES[section]}\n\n${NOTES[section]}\n\n${HEAD}${rows.join('')}`;
  });
  return `${INTRO}\n${sections.join('\n')}`;
}

const INTRO = `# Metrics

<!-- Generated from src/metrics/catalogue/catalogue.ts: UPDATE=1 npx vitest run src/metrics/catalogue/docs.test.ts -->

Each metric has an OpenTelemetry name and a Prometheus name, which \`/metrics\` uses.
Attributes become labels with underscores instead of dots: \`server.port\` is \`server_port\`.
\`process.executable.name\` is the base name of the executable file; \`[kernel]\` for sockets of the kernel, \`[unresolved]\` for an unknown owner, \`[folded]\` for the sum of lost records. A program whose file has one of these names shares its series.
\`process.command\` is what was executed, where that has another name: the script of an interpreter (\`python3 -m http.server\`: \`http.server\`), a link, one name of a multi-call binary. It is noted when the program is executed, so it is not what a process calls itself later.
\`workload.container.id\` is set if the socket was made in a container: its whole id, or its name if the runtime gives no other id (LXC, systemd-nspawn). \`systemd.unit.name\` is set if it was made in a unit of the host's systemd, other than a scope. Both come from the path of the cgroup ([containers](containers.md)).
In a Kubernetes cluster a container has names in the place of its id ([Kubernetes](kubernetes.md)): \`k8s.namespace.name\`, \`k8s.container.name\` and its pod's owner. \`${OWNER}\` stands for that one: ${FAMILIES['connwatch.tcp.accepts'].filter((name) => withoutOwners([name])[0] === OWNER).map(code).join(', ')}; a pod without an owner has \`k8s.pod.name\` there.
The [glossary](internals/glossary.md) defines terms such as window and overflow series.
`;

const HEAD = `| Prometheus name | OpenTelemetry name | kind | unit | attributes | stability | description |
|---|---|---|---|---|---|---|
`;

function row(metric: Metric): string {
  const cells = [
    code(prometheusName(metric, metric.kind === 'updowncounter' ? 'gauge' : metric.kind)),
    code(metric.name),
    metric.kind,
    metric.unit === '' ? '' : code(metric.unit),
    withoutOwners(metric.attributes).map(code).join(', '),
    metric.stability,
    metric.description,
  ];
  return `| ${cells.join(' | ')} |\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}
