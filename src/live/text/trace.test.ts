import { describe, expect, it } from 'vitest';
import type { CloseEvent, ConnectEvent, TraceEvent } from '../trace/event.ts';
import { endText, leftOutText, traceLine } from './trace.ts';
import { bytes, duration, safe, short } from './units.ts';

const BASE = { time: '2026-01-02T03:04:05.006Z', pid: 20_187, workload: { 'process.executable.name': 'curl' }, role: 'client', address: '198.51.100.9', port: 5432, localPort: 40_000 } as const;
const connect: ConnectEvent = { ...BASE, event: 'connect', outcome: 'unanswered', seconds: 2.5, syns: 3 };
const close: CloseEvent = { ...BASE, event: 'close', seconds: 75, sent: 77, received: 1234, retransmits: 0, rtt: 0.001 };
const server = { role: 'server', localPort: 80, address: '::1', port: 41_000, workload: { 'process.executable.name': 'nginx', 'workload.container.id': 'ab'.repeat(32) } } as const;

describe('a line', () => {
  it.each<[TraceEvent, string]>([
    [connect, 'curl[20187] -> 198.51.100.9:5432 unanswered after 2.5 s, 3 SYNs'],
    [{ ...connect, outcome: 'success', seconds: 0.000_05, syns: 1 }, 'curl[20187] -> 198.51.100.9:5432 connected in 0.05 ms'],
    [{ ...connect, outcome: 'network_unreachable', syns: 0 }, 'curl[20187] -> 198.51.100.9:5432 network unreachable, no SYN sent'],
    [{ ...connect, outcome: 'other', error: 'EPIPE', syns: 1, seconds: 0.0104 }, 'curl[20187] -> 198.51.100.9:5432 failed with EPIPE after 10 ms'],
    [{ ...connect, pid: 0, workload: { 'process.executable.name': '[kernel]' } }, '[kernel] -> 198.51.100.9:5432 unanswered after 2.5 s, 3 SYNs'],
    [{ ...connect, workload: { 'process.executable.name': 'a\nb\u001b[31m' } }, 'a\\x0ab\\x1b[31m[20187] -> 198.51.100.9:5432 unanswered after 2.5 s, 3 SYNs'],
    [{ ...BASE, ...server, event: 'accept' }, 'nginx[20187] :80 <- [::1]:41000 accepted (container abababababab)'],
    [close, 'curl[20187] -> 198.51.100.9:5432 closed after 1 min 15 s, sent 77 B, received 1.2 kB'],
    [{ ...close, ...server, found: true, resetBy: 'peer', retransmits: 1 }, 'nginx[20187] :80 <- [::1]:41000 reset by the peer after more than 1 min 15 s, sent 77 B, received 1.2 kB, 1 retransmit (container abababababab)'],
    [{ ...close, resetBy: 'owner', workload: { 'process.executable.name': 'x', 'k8s.pod.name': 'web-1', 'k8s.namespace.name': 'shop' } }, 'x[20187] -> 198.51.100.9:5432 reset by its owner after 1 min 15 s, sent 77 B, received 1.2 kB (pod shop/web-1)'],
  ])('%#', (event, expected) => {
    const [time, ...rest] = traceLine(event).split(' ');
    expect(time).toMatch(/^\d\d:\d\d:05\.006$/);
    expect(rest.join(' ')).toBe(expected);
  });
});

it('says what was left out', () => {
  expect(leftOutText({ overLimit: 0, tooSlow: 0, unread: 0 })).toBe('');
  expect(leftOutText({ overLimit: 2, tooSlow: 1, unread: 3 })).toBe(
    'left out: 2 events above 2000 per second; 1 event for which the output was too slow; 3 events that came too fast to be read',
  );
  expect(endText(1, { overLimit: 0, tooSlow: 0, unread: 0 })).toBe('1 event; nothing was left out.');
});

it.each([[0, '0 ms'], [0.000_123, '0.12 ms'], [0.0095, '10 ms'], [0.9994, '999 ms'], [1, '1 s'], [59.94, '59.9 s'], [60, '1 min'], [7265, '2 h 1 min'], [90_000, '1 d 1 h']])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));
it.each([[0, '0 B', '0'], [999, '999 B', '999'], [1000, '1 kB', '1k'], [1_250_000, '1.3 MB', '1.3M'], [34e9, '34 GB', '34G'], [999_600, '1 MB', '1M']])('%d bytes are %s', (count, long, brief) => expect([bytes(count), short(count)]).toEqual([long, brief]));
it('shows what a name would do to a terminal', () => expect(safe('a\u202eb\u009b\tc')).toBe('a\\u202eb\\x9b\\x09c'));
