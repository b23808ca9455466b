import { dashboard, INSTANCE, NAMESPACE, WORKLOAD } from './dashboard.ts';
import { FAILED, inRange, now, perSecond, quantile, top } from './expressions.ts';
import { buckets, lines, number, rows, stacked } from './panels.ts';

const WHERE = 'process_executable_name=~"$workload", k8s_namespace_name=~"$namespace", instance=~"$instance"';
const DESTINATION = ['server_address', 'server_port'];
const PEER = '{{server_address}}:{{server_port}}';

export const workload = dashboard({
  name: 'workload',
  title: 'connwatch / Workload',
  description: 'One program, or several: its connects, connections and listeners.',
  choices: [WORKLOAD, NAMESPACE, INSTANCE],
  rows: [
    {
      title: 'As a client',
      panels: [
        number({ title: 'Connects', description: 'Connect attempts per second.', unit: 'cps', width: 6 }, { expr: perSecond('tcp_connect_attempts_total', WHERE, []) }),
        number({ title: 'Failures', description: 'Failed connects per second, without cancelled ones.', unit: 'cps', width: 6 }, { expr: perSecond('tcp_connect_failures_total', WHERE, [], FAILED) }),
        number({ title: 'Waiting', description: 'Connects that have not ended yet.', unit: 'none', width: 6 }, { expr: now('tcp_connect_pending', WHERE, []) }),
        number({ title: 'Open', description: 'Open sockets in any state.', unit: 'none', width: 6 }, { expr: now('tcp_connections', WHERE, []) }),
        lines({ title: 'Connects by destination', description: 'Attempts per second.', unit: 'cps' }, { expr: top(10, perSecond('tcp_connect_attempts_total', WHERE, DESTINATION)), legend: PEER }),
        stacked({ title: 'Failures by reason', description: 'Failed connects per second.', unit: 'cps' }, { expr: perSecond('tcp_connect_failures_total', WHERE, ['error_type']), legend: '{{error_type}}' }),
        rows({ title: 'Failures by destination', description: 'Failed connects in the chosen time.', unit: 'short' }, { server_address: 'Peer', server_port: 'Port', error_type: 'Reason', Value: 'Failures' }, { expr: inRange('tcp_connect_failures_total', WHERE, [...DESTINATION, 'error_type']) }),
        lines({ title: 'Waiting by destination', description: 'Pending connects.', unit: 'short' }, { expr: top(10, now('tcp_connect_pending', WHERE, DESTINATION)), legend: PEER }),
        buckets({ title: 'Handshake times', description: 'Successful connects per second by handshake time. Bands above 1, 3 and 7 seconds are lost SYNs.', unit: 's' }, `sum by (le) (increase(connwatch_tcp_connect_duration_seconds_bucket{${WHERE}}[$__rate_interval]))`),
        lines({ title: 'Handshake time by destination, 99 %', description: '99 % of the handshakes took at most this long.', unit: 's' }, { expr: top(10, quantile(0.99, 'tcp_connect_duration', WHERE, DESTINATION)), legend: PEER }),
      ],
    },
    {
      title: 'Connections',
      panels: [
        stacked({ title: 'Open by state', description: 'Open sockets of clients and servers.', unit: 'short' }, { expr: now('tcp_connections', WHERE, ['role', 'network_connection_state']), legend: '{{role}} {{network_connection_state}}' }),
        lines({ title: 'CLOSE_WAIT', description: 'The peer has closed, the program has not. A line that only rises is a leak.', unit: 'short' }, { expr: now('tcp_connections', WHERE, ['role', ...DESTINATION], 'network_connection_state="close_wait"'), legend: `{{role}} ${PEER}` }),
        lines({ title: 'Bytes by peer', description: 'Payload per second; of servers by their port.', unit: 'Bps' }, { expr: top(10, perSecond('tcp_io_bytes_total', WHERE, ['role', ...DESTINATION, 'network_io_direction'])), legend: `{{role}} ${PEER} {{network_io_direction}}` }),
        lines({ title: 'Retransmits', description: 'Segments sent again per second.', unit: 'cps' }, { expr: top(10, perSecond('tcp_retransmits_total', WHERE, [...DESTINATION, 'type'])), legend: `{{type}} ${PEER}` }),
        lines({ title: 'Resets', description: 'Connections that ended by a reset. transmit: by the program itself.', unit: 'cps' }, { expr: perSecond('tcp_resets_total', WHERE, ['role', 'network_io_direction']), legend: '{{role}} {{network_io_direction}}' }),
        lines({ title: 'Round-trip time', description: "Quantiles of the kernel's smoothed round-trip time.", unit: 's' }, { expr: quantile(0.5, 'tcp_rtt', WHERE, ['role']), legend: '{{role}} 50 %' }, { expr: quantile(0.99, 'tcp_rtt', WHERE, ['role']), legend: '{{role}} 99 %' }),
        lines({ title: 'Lifetime of connections', description: 'Quantiles of connections that have ended.', unit: 's' }, { expr: quantile(0.5, 'tcp_connection_duration', WHERE, ['role']), legend: '{{role}} 50 %' }, { expr: quantile(0.99, 'tcp_connection_duration', WHERE, ['role']), legend: '{{role}} 99 %' }),
      ],
    },
    {
      title: 'As a server',
      panels: [
        lines({ title: 'Accepted connections', description: 'Per second, by port.', unit: 'cps' }, { expr: perSecond('tcp_accepts_total', WHERE, ['process_executable_name', 'server_port']), legend: '{{process_executable_name}}:{{server_port}}' }),
        lines(
          { title: 'Accept queue', description: 'Connections that wait to be accepted, and the limit above which they overflow.', unit: 'short' },
          { expr: now('tcp_listen_queue_length', WHERE, ['process_executable_name', 'server_port']), legend: '{{process_executable_name}}:{{server_port}}' },
          { expr: now('tcp_listen_queue_limit', WHERE, ['process_executable_name', 'server_port']), legend: '{{process_executable_name}}:{{server_port}} limit' },
        ),
        lines(
          { title: 'Dropped handshakes', description: 'Per second: because the accept queue was full, or for another reason.', unit: 'cps' },
          { expr: perSecond('tcp_listen_overflows_total', WHERE, ['process_executable_name', 'server_port']), legend: '{{process_executable_name}}:{{server_port}} overflow' },
          { expr: perSecond('tcp_listen_syn_drops_total', WHERE, ['process_executable_name', 'server_port']), legend: '{{process_executable_name}}:{{server_port}} other' },
        ),
      ],
    },
  ],
});
