import { duration, integer } from '../kinds.ts';
import { attributes } from '../maps/attributes.ts';
import { filter } from '../maps/filter.ts';
import { peerNames } from '../maps/peer-names.ts';
import { setting } from '../setting.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Windows, and which series there are. */
export const METRICS = {
  interval: setting({
    name: 'interval',
    group: 'Metrics',
    kind: duration({ min: 100, max: 10 * MINUTE }),
    default: '5s',
    description: 'Length of a window. Metrics change once per interval.',
    example: '1s',
    live: true,
  }),
  seriesLimit: setting({
    name: 'series-limit',
    group: 'Metrics',
    kind: integer({ min: 2, max: 1_000_000 }),
    default: '2000',
    description: 'Maximum number of series of one metric. Everything above it is added up in one series with otel_metric_overflow="true".',
    example: '10000',
    live: true,
  }),
  attributes: setting({
    name: 'attributes',
    group: 'Metrics',
    kind: attributes(),
    default: undefined,
    defaultNote: 'the attributes in docs/metrics.md',
    description:
      'Which attributes metrics keep. Series that are the same without the others are added up. off: without this metric. A name may lack its `connwatch.`, and `*` at its end stands for the rest.',
    example: 'tcp.connects_by_pid=off;connwatch.tcp.io=role,server.port',
  }),
  include: setting({
    name: 'include',
    group: 'Metrics',
    kind: filter(),
    default: undefined,
    defaultNote: 'all sockets',
    description: 'Count only sockets that match every field. All others are in connwatch_events_filtered_total instead of metrics by workload and peer.',
    example: 'executable=nginx,envoy;port=443,8000-8099',
  }),
  exclude: setting({
    name: 'exclude',
    group: 'Metrics',
    kind: filter(),
    default: undefined,
    defaultNote: 'no socket',
    description: 'Do not count sockets that match one of the fields. They are in connwatch_events_filtered_total instead of metrics by workload and peer.',
    example: 'executable=curl;cidr=127.0.0.0/8,::1/128',
  }),
  peerNames: setting({
    name: 'peer-names',
    group: 'Metrics',
    kind: peerNames(),
    default: undefined,
    defaultNote: 'none',
    description: 'Names for ranges of addresses. Peers in a range share series with its name as server_address. The longest prefix wins.',
    example: '10.0.0.0/8=cluster;10.9.0.0/16=databases',
  }),
} as const;
