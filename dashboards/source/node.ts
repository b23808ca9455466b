import { dashboard, INSTANCE } from './dashboard.ts';
import { FAILED, inRange, now, perSecond, top } from './expressions.ts';
import { lines, number, rows, stacked } from './panels.ts';

const WHERE = 'instance=~"$instance"';
const PROGRAM = ['process_executable_name'];
const PAIR_COLUMNS = { process_executable_name: 'Program', server_address: 'Peer', server_port: 'Port' };

export const node = dashboard({
  name: 'node',
  title: 'connwatch / Node',
  description: 'One machine: its programs, connections and listeners.',
  choices: [INSTANCE],
  rows: [
    {
      title: 'Programs',
      panels: [
        number({ title: 'Connects', description: 'Connect attempts per second.', unit: 'cps', width: 6 }, { expr: perSecond('tcp_connect_attempts_total', WHERE, []) }),
        number({ title: 'Accepts', description: 'Accepted connections per second.', unit: 'cps', width: 6 }, { expr: perSecond('tcp_accepts_total', WHERE, []) }),
        number({ title: 'Open', description: 'Open sockets in any state.', unit: 'none', width: 6 }, { expr: now('tcp_connections', WHERE, []) }),
        number({ title: 'Listeners', description: 'Programs and ports that listen.', unit: 'none', width: 6 }, { expr: `count(connwatch_tcp_listen_queue_limit{${WHERE}})` }),
        lines({ title: 'Connects by program', description: 'Attempts per second.', unit: 'cps' }, { expr: top(10, perSecond('tcp_connect_attempts_total', WHERE, PROGRAM)), legend: '{{process_executable_name}}' }),
        lines({ title: 'Accepts by listener', description: 'Accepted connections per second.', unit: 'cps' }, { expr: top(10, perSecond('tcp_accepts_total', WHERE, [...PROGRAM, 'server_port'])), legend: '{{process_executable_name}}:{{server_port}}' }),
        rows({ title: 'Failures', description: 'Failed connects in the chosen time, without cancelled ones.', unit: 'short' }, { ...PAIR_COLUMNS, error_type: 'Reason', Value: 'Failures' }, { expr: inRange('tcp_connect_failures_total', WHERE, [...Object.keys(PAIR_COLUMNS), 'error_type'], FAILED) }),
        rows({ title: 'Connects by process', description: 'Attempts since the agent first saw the process.', unit: 'short' }, { comm: 'Name', pid: 'PID', Value: 'Connects' }, { expr: top(20, `sum by (pid, comm) (tcp_connects_by_pid{${WHERE}})`) }),
      ],
    },
    {
      title: 'Connections',
      panels: [
        stacked({ title: 'Open by state', description: 'Sockets that have an owner.', unit: 'short' }, { expr: now('tcp_connections', WHERE, ['network_connection_state']), legend: '{{network_connection_state}}' }),
        lines({ title: 'Open by program', description: 'A line that only rises may be a leak.', unit: 'short' }, { expr: top(10, now('tcp_connections', WHERE, PROGRAM)), legend: '{{process_executable_name}}' }),
        lines({ title: 'Bytes by program', description: 'Payload per second. A connection within the machine counts at both ends.', unit: 'Bps' }, { expr: top(10, perSecond('tcp_io_bytes_total', WHERE, [...PROGRAM, 'network_io_direction'])), legend: '{{process_executable_name}} {{network_io_direction}}' }),
        stacked({ title: 'Retransmits', description: 'Segments sent again per second.', unit: 'cps' }, { expr: perSecond('tcp_retransmits_total', WHERE, ['type']), legend: '{{type}}' }),
      ],
    },
    {
      title: 'Listeners',
      panels: [
        lines({ title: 'Accept queues in use', description: 'Length divided by limit. Above 1 the queue overflows.', unit: 'percentunit' }, { expr: top(10, `${now('tcp_listen_queue_length', WHERE, [...PROGRAM, 'server_port'])} / (${now('tcp_listen_queue_limit', WHERE, [...PROGRAM, 'server_port'])} > 0)`), legend: '{{process_executable_name}}:{{server_port}}' }),
        lines({ title: 'Overflows', description: 'Handshakes per second that were dropped because the accept queue was full.', unit: 'cps' }, { expr: top(10, perSecond('tcp_listen_overflows_total', WHERE, [...PROGRAM, 'server_port'])), legend: '{{process_executable_name}}:{{server_port}}' }),
      ],
    },
  ],
});
