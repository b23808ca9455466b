import type { SocketInfo } from '../sockets/sockets.ts';
import { endpoint, placeName, processName } from './names.ts';
import { bytes, duration, plural } from './units.ts';

const HEAD = ['state', 'recv-q', 'send-q', 'local', 'peer', 'age', 'sent', 'received', 'rtt', 'process', 'where', 'netns'] as const;
const NUMBERS: readonly number[] = [1, 2, 5, 6, 7, 8];

/** A table like that of `ss -tanp`, of all network namespaces. */
export function socketTable(sockets: readonly SocketInfo[]): string {
  const rows: string[][] = [[...HEAD], ...[...sockets].sort(byOwner).map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => row.map((cell, column) => (NUMBERS.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  ').trimEnd());
  return `${lines.join('\n')}\n${plural(sockets.length, 'socket')}\n`;
}

function cells({ state, receiveQueue, sendQueue, localPort, address, port, age, found, sent, received, rtt, workload, pid, comm, netns }: SocketInfo): string[] {
  return [
    state,
    known(receiveQueue, String),
    known(sendQueue, String),
    known(localPort, (port) => `:${port}`),
    address === undefined ? '-' : endpoint(address, port ?? 0),
    `${found ? '>' : ''}${known(age, duration)}`,
    known(sent, bytes),
    known(received, bytes),
    known(rtt, duration),
    processName(workload, pid ?? 0, comm),
    placeName(workload) || '-',
    known(netns, String),
  ];
}

function known(value: number | undefined, text: (value: number) => string): string {
  return value === undefined ? '-' : text(value);
}

function byOwner(a: SocketInfo, b: SocketInfo): number {
  const name = (socket: SocketInfo) => `${socket.state === 'listen' ? 0 : 1} ${processName(socket.workload, socket.pid ?? 0)} ${socket.address} ${socket.port} ${socket.localPort}`;
  return name(a) < name(b) ? -1 : 1;
}

const CSV = ['state', 'role', 'pid', 'comm', 'executable', 'where', 'netns', 'local_port', 'address', 'port', 'age_seconds', 'sent_bytes', 'received_bytes', 'retransmits', 'rtt_seconds', 'receive_queue', 'send_queue'] as const;

/** RFC 4180, with a line of names. What is not known is empty. A text that a spreadsheet would take for a formula begins with an apostrophe. */
export function socketCsv(sockets: readonly SocketInfo[]): string {
  const lines = sockets.map(({ state, role, pid, comm, workload, netns, localPort, address, port, age, sent, received, retransmits, rtt, receiveQueue, sendQueue }) =>
    [state, role, pid, comm, processName(workload, 0), placeName(workload), netns, localPort, address, port, age, sent, received, retransmits, rtt, receiveQueue, sendQueue].map(csv).join(','),
  );
  return `${[CSV.join(','), ...lines].join('\r\n')}\r\n`;
}

function csv(value: string | number = ''): string {
  const text = typeof value === 'string' && /^[=+\-@\t]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
