import { dashboard } from './dashboard.ts';
import { FAILED, failureRatio, inRange, now, perSecond, quantile, top } from './expressions.ts';
import { lines, number, rows, stacked } from './panels.ts';

const DESTINATION = ['server_address', 'server_port'];
const PAIR = ['process_executable_name', ...DESTINATION];
const PAIR_COLUMNS = { process_executable_name: 'Program', server_address: 'Peer', server_port: 'Port' };

export const fleet = dashboard({
  name: 'fleet',
  title: 'connwatch / Fleet',
  description: 'All nodes: who connects where, what fails, who waits, what is slow.',
  rows: [
    {
      title: 'Now',
      panels: [
        number({ title: 'Agents', description: 'Agents that Prometheus scrapes.', unit: 'none' }, { expr: 'count(connwatch_build_info)' }),
        number({ title: 'Connects', description: 'Connect attempts per second.', unit: 'cps' }, { expr: perSecond('tcp_connect_attempts_total', '', []) }),
        number({ title: 'Failures', description: 'Failed connects per second, without cancelled ones.', unit: 'cps' }, { expr: perSecond('tcp_connect_failures_total', '', [], FAILED) }),
        number({ title: 'Waiting', description: 'Connects that have not ended yet.', unit: 'none' }, { expr: now('tcp_connect_pending', '', []) }),
        number({ title: 'Overflows', description: 'Handshakes per second that listeners dropped because of a full accept queue.', unit: 'cps' }, { expr: perSecond('tcp_listen_overflows_total', '', []) }),
        number({ title: 'Lost records', description: 'Records per second that agents have lost. Anything but 0 means that details are missing.', unit: 'cps' }, { expr: perSecond('events_lost_total', '', []) }),
      ],
    },
    {
      title: 'Failures',
      panels: [
        rows({ title: 'Who fails to reach whom, and why', description: 'Failed connects in the chosen time, without cancelled ones.', unit: 'short' }, { ...PAIR_COLUMNS, error_type: 'Reason', Value: 'Failures' }, { expr: inRange('tcp_connect_failures_total', '', [...PAIR, 'error_type'], FAILED) }),
        lines({ title: 'Failure ratio by destination', description: 'The share of ended connects that failed. 1: nobody reaches it.', unit: 'percentunit' }, { expr: top(10, failureRatio('', DESTINATION)), legend: '{{server_address}}:{{server_port}}' }),
        stacked({ title: 'Failures by reason', description: 'Failed connects per second.', unit: 'cps' }, { expr: perSecond('tcp_connect_failures_total', '', ['error_type']), legend: '{{error_type}}' }),
        rows({ title: 'Who waits', description: 'Connects that are pending now.', unit: 'short' }, { ...PAIR_COLUMNS, Value: 'Pending' }, { expr: `${now('tcp_connect_pending', '', PAIR)} > 0` }),
      ],
    },
    {
      title: 'Slow connects and losses',
      panels: [
        lines({ title: 'Handshake time by destination, 99 %', description: 'Steps just above 1, 3 and 7 seconds are lost SYNs.', unit: 's' }, { expr: top(10, quantile(0.99, 'tcp_connect_duration', '', DESTINATION)), legend: '{{server_address}}:{{server_port}}' }),
        lines({ title: 'SYNs sent again, by destination', description: 'The network, a firewall or a full listener dropped the first one.', unit: 'cps' }, { expr: top(10, perSecond('tcp_retransmits_total', '', DESTINATION, 'type="syn"')), legend: '{{server_address}}:{{server_port}}' }),
        lines({ title: 'Listener overflows', description: 'Handshakes per second that a listener dropped because its program does not accept fast enough.', unit: 'cps' }, { expr: top(10, perSecond('tcp_listen_overflows_total', '', ['instance', 'process_executable_name', 'server_port'])), legend: '{{process_executable_name}}:{{server_port}} on {{instance}}' }),
        lines({ title: 'Resets received by clients', description: 'Established connections that the peer reset, or the client itself.', unit: 'cps' }, { expr: top(10, perSecond('tcp_resets_total', '', [...DESTINATION, 'network_io_direction'], 'role="client"')), legend: '{{server_address}}:{{server_port}} {{network_io_direction}}' }),
      ],
    },
    {
      title: 'Traffic and leaks',
      panels: [
        lines({ title: 'Top talkers', description: 'Payload of clients in both directions.', unit: 'Bps' }, { expr: top(10, perSecond('tcp_io_bytes_total', '', PAIR, 'role="client"')), legend: '{{process_executable_name}} to {{server_address}}:{{server_port}}' }),
        lines({ title: 'Connects by program', description: 'Attempts per second.', unit: 'cps' }, { expr: top(10, perSecond('tcp_connect_attempts_total', '', ['process_executable_name'])), legend: '{{process_executable_name}}' }),
        lines({ title: 'CLOSE_WAIT by program', description: 'The peer has closed, the program has not. A line that only rises is a leak.', unit: 'short' }, { expr: top(10, now('tcp_connections', '', ['process_executable_name', 'role'], 'network_connection_state="close_wait"')), legend: '{{process_executable_name}} ({{role}})' }),
        rows(
          { title: 'New destinations', description: 'Destinations of the last hour that the program had not connected to in the day before.', unit: 'short' },
          PAIR_COLUMNS,
          { expr: `group by (${PAIR.join(', ')}) (increase(connwatch_tcp_connect_attempts_total[1h]) > 0) unless group by (${PAIR.join(', ')}) (last_over_time(connwatch_tcp_connect_attempts_total[1d] offset 1h))` },
        ),
      ],
    },
  ],
});
