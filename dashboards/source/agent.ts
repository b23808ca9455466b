import { dashboard, INSTANCE } from './dashboard.ts';
import { now, perSecond, quantile } from './expressions.ts';
import { lines, number, rows, stacked } from './panels.ts';

const WHERE = 'instance=~"$instance"';
const OF = '{{instance}}';
/** Of metrics that other programs have as well. */
const ours = (expr: string) => `${expr} and on (instance, job) connwatch_build_info{${WHERE}}`;

export const agent = dashboard({
  name: 'agent',
  title: 'connwatch / Agent',
  description: 'The agents themselves: whether they are complete and honest, and what they cost.',
  choices: [INSTANCE],
  rows: [
    {
      title: 'Complete and honest',
      panels: [
        number({ title: 'Lost records', description: 'Records lost per second. Totals include what is known of them.', unit: 'cps', width: 6 }, { expr: perSecond('events_lost_total', WHERE, []) }),
        number({ title: 'Largest drift', description: "The largest difference between an agent's total and the kernel's own counter.", unit: 'none', width: 6 }, { expr: `max(abs(connwatch_drift{${WHERE}}))` }),
        number({ title: 'Missing programs', description: 'Kernel programs that are not attached.', unit: 'none', width: 6 }, { expr: `count(connwatch_probe_attached{${WHERE}}) - sum(connwatch_probe_attached{${WHERE}})` }),
        number({ title: 'Series limit in use', description: 'The metric that is closest to its limit.', unit: 'percentunit', width: 6 }, { expr: `max(connwatch_series{${WHERE}} / connwatch_series_limit{${WHERE}})` }),
        lines({ title: 'Lost records by reason', description: 'Per second. ring_full: too little CPU, or a ring buffer that is too small.', unit: 'cps' }, { expr: perSecond('events_lost_total', WHERE, ['instance', 'stage', 'reason']), legend: `${OF} {{stage}} {{reason}}` }),
        lines({ title: 'Drift', description: "Totals minus the kernel's own counters, in the host's network namespace.", unit: 'none' }, { expr: `connwatch_drift{${WHERE}, netns_type="host"}`, legend: `${OF} {{counter}}` }),
        lines({ title: 'Age of the drift', description: 'It is compared only while the kernel counter stands still.', unit: 's' }, { expr: `max by (instance) (connwatch_drift_age_seconds{${WHERE}})`, legend: OF }),
        lines({ title: 'Age of the last window', description: 'It stays below two windows. A line that rises is an agent that is stuck.', unit: 's' }, { expr: `timestamp(connwatch_window_end_seconds{${WHERE}}) - connwatch_window_end_seconds{${WHERE}}`, legend: OF }),
        rows({ title: 'Kernel programs', description: '1: attached.', unit: 'none' }, { instance: 'Node', probe: 'Program', mechanism: 'Mechanism', required: 'Required', Value: 'Attached' }, { expr: `connwatch_probe_attached{${WHERE}}` }),
        rows({ title: 'Versions', description: 'Of agent, Node.js and libbpf.', unit: 'none' }, { instance: 'Node', version: 'Version', commit: 'Commit', node: 'Node.js', libbpf: 'libbpf' }, { expr: `connwatch_build_info{${WHERE}}` }),
      ],
    },
    {
      title: 'Buffers and limits',
      panels: [
        lines({ title: 'Ring buffer in use', description: 'At the end of each window. It is lost records that matter, not a high line.', unit: 'percentunit' }, { expr: `connwatch_ring_used_bytes{${WHERE}} / connwatch_ring_size_bytes{${WHERE}}`, legend: OF }),
        lines({ title: 'Drain lag', description: 'Age of the oldest record at the last read of the ring buffer.', unit: 's' }, { expr: `connwatch_drain_lag_seconds{${WHERE}}`, legend: OF }),
        stacked({ title: 'Records by kind', description: 'Records that the kernel programs sent, per second.', unit: 'cps' }, { expr: perSecond('events_total', WHERE, ['kind']), legend: '{{kind}}' }),
        lines({ title: 'Series by metric', description: 'As a share of the limit.', unit: 'percentunit' }, { expr: `max by (family) (connwatch_series{${WHERE}} / connwatch_series_limit{${WHERE}})`, legend: '{{family}}' }),
        lines({ title: 'Refused series', description: 'Sets of attributes per second that found no room: they count in the overflow series.', unit: 'cps' }, { expr: perSecond('series_refused_total', WHERE, ['family']), legend: '{{family}}' }),
        lines({ title: 'Failed exports', description: 'Failed pushes by OTLP per second.', unit: 'cps' }, { expr: perSecond('export_failures_total', WHERE, ['instance', 'exporter']), legend: `${OF} {{exporter}}` }),
      ],
    },
    {
      title: 'Cost',
      panels: [
        lines({ title: 'CPU', description: 'CPU seconds per second.', unit: 'percentunit' }, { expr: ours(`rate(process_cpu_seconds_total{${WHERE}}[$__rate_interval])`), legend: OF }),
        lines({ title: 'Memory', description: 'Resident memory.', unit: 'bytes' }, { expr: ours(`process_resident_memory_bytes{${WHERE}}`), legend: OF }),
        lines({ title: 'Time of a scrape', description: '99 % of the collections took at most this long.', unit: 's' }, { expr: quantile(0.99, 'collect_duration', WHERE, ['instance']), legend: OF }),
        lines({ title: 'Event loop delay, 99 %', description: 'How late the agent comes to its work.', unit: 's' }, { expr: `nodejs_eventloop_delay_p99_seconds{${WHERE}}`, legend: OF }),
        lines({ title: 'Cgroups by resolution', description: 'Control groups with connections, by what their paths stand for.', unit: 'short' }, { expr: now('cgroups', WHERE, ['resolution']), legend: '{{resolution}}' }),
      ],
    },
  ],
});
