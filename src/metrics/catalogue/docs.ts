import { HANDSHAKE_BOUNDS, LIFE_BOUNDS } from '../../stream/histograms.ts';
import { OUTCOMES } from '../../words/outcomes.ts';
import type { Metric, Section } from './metric.ts';
import { prometheusName } from './prometheus-name.ts';

const TITLES: Readonly<Record<Section, string>> = {
  window: 'The last complete window',
  cumulative: 'Since the agent started',
  agent: 'The agent about itself',
};

const NOTES: Readonly<Record<Section, string>> = {
  window: `Windows are aligned to the interval (5 s unless configured); a scrape reads the last complete one.
They are samples for people to look at: most windows fall between two scrapes, so build alerts on the counters.
A window series is 0 in an idle window and lives as long as the counter series of the same connects or accepts.

The quantiles are estimated from the buckets of \`connwatch_tcp_connect_duration_seconds\`, as \`histogram_quantile()\` of Prometheus does: linear inside the bucket, 127 s for what is above all bounds.
There is no quantile of nothing: who had no success in the window has no quantile series. The overflow series has the quantiles of all that has no series of its own.

A process that has exited keeps its \`tcp_connects_by_pid\` series until it has been collected at least once by each reader and two more windows are complete, and for 60 s at most.
A pid used again is a new process. When a process runs another program its count goes on under the new name.`,
  cumulative: `\`error.type\` is one of ${OUTCOMES.slice(1).map(code).join(', ')}: \`unanswered\` when its owner gave up after at least one SYN was sent again, \`cancelled\` when it did so before.
In the window gauge \`cancelled\` is an outcome of its own and every other reason is \`failure\`.

Attempts = successes + failures + pending, in sum always, and for each peer whose series are within the budget, at every page that comes when nothing is new.

A server has no peer, so its bytes and retransmits have the workload alone; so has what the kernel side could not send one by one (\`process.executable.name\` is \`[folded]\`), and of that there are no times.
A connection that was open before the agent started has no connect and no accept, and is not in \`connwatch_tcp_connection_duration_seconds\`, because nobody knows how old it is. Its bytes, retransmits and resets count from when it was found.
Bytes of a connection that stays open are told once a window.

A listener has its series from when it is first met, with counters at 0; sockets of one workload on one port are added up, in all network namespaces.
The kernel counts the handshakes that a listener dropped and not why: they are taken for overflows when its queue was full at the end of this window or of the one before, else for \`syn_drops\`.

Buckets, in seconds: of connects and round trips ${HANDSHAKE_BOUNDS.join(', ')}; the later ones lie just past the times at which a SYN is sent again. Of connections ${LIFE_BOUNDS.join(', ')}.

**A new counter or histogram series is first shown at 0**, and at its value from the next page on, because Prometheus computes \`increase()\` = 0 for a counter that appears at 23. A page that was lost on its way counts as one.
Over OTLP each series carries its own start time instead.

**The budget.** Each family with attributes of workloads, peers or processes has a limit of live series (\`connwatch_series_limit\`).
A histogram is some 25 lines, so a family of histograms may have a quarter of the series of another.
What is over the limit is counted in one series with \`otel_metric_overflow="true"\`, whose value is the true sum of what has no series of its own, of histograms bucket by bucket.
Records that the kernel side could not send are counted there too, so totals stay exact when detail is lost.
A cgroup gets a new place only while it holds fewer places than are still free, so one flooder can't take them all.
Counter series are retired, and free their places, when the processes behind them are gone and they have been still for an hour.`,
  agent: `Counters, probes and the budget are there from the start, at 0 where nothing happened; the duration of a collection from the second page on.
The values of \`resolution\` are in [containers](containers.md).
The drift is there once there was a moment at which the kernel's numbers stood still; of TCP Fast Open and TCP_REPAIR one stays ([accuracy](accuracy.md#where-the-formulas-do-not-hold)). Records that were lost, or that did not fit the key table, have no known network namespace, so the drift counts them as missing.
The counters of a namespace can't be read when its sockets are held from another one only, or by a thread whose process is in another.`,
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

Each metric has an OpenTelemetry name and, on \`/metrics\`, the Prometheus name that follows from it.
Attributes become labels with underscores for dots: \`server.port\` is \`server_port\`.
\`process.executable.name\` is the base name of the executable file; \`[kernel]\` for sockets of the kernel, \`[unresolved]\` where the owner is not known, \`[folded]\` for lost records in sum. A program whose file has such a name is shown under it, too, and not told apart.
\`container.id\` is there when the socket was made in a container: the first 12 characters of its id, or its whole name where the runtime gives no other id (LXC, systemd-nspawn); \`[unresolved]\` where the path of the cgroup is not known or not understood ([containers](containers.md)).
`;

const HEAD = `| Prometheus name | OpenTelemetry name | kind | unit | attributes | stability | says |
|---|---|---|---|---|---|---|
`;

function row(metric: Metric): string {
  const cells = [
    code(prometheusName(metric, metric.kind === 'updowncounter' ? 'gauge' : metric.kind)),
    code(metric.name),
    metric.kind,
    metric.unit === '' ? '' : code(metric.unit),
    metric.attributes.map(code).join(', '),
    metric.stability,
    metric.description,
  ];
  return `| ${cells.join(' | ')} |\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}
