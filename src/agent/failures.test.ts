import { expect, it } from 'vitest';
import { EVENT_OFFSETS, EVENT_SIZE, type Batch, type Key, KIND } from '../ebpf/index.ts';
import type { Logger } from '../internal/log/log.ts';
import { FailureRecords } from './failures.ts';

const KEY = {
  role: 'client',
  whose: 'process',
  executable: 'curl',
  cgroup: '1',
  cgroupPath: '/',
  fold: 'none',
  address: '10.0.0.1',
  port: 443,
} as unknown as Key;

function batch(count: number, pid = 42): Batch {
  const bytes = new Uint8Array(count * EVENT_SIZE);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += EVENT_SIZE) {
    view.setUint8(at + EVENT_OFFSETS.kind, KIND.connect);
    view.setUint8(at + EVENT_OFFSETS.outcome, 1);
    view.setUint16(at + EVENT_OFFSETS.error, 111, true);
    bytes.set([0xff, 0xff, 10, 0, 0, 1], at + EVENT_OFFSETS.raddr + 10);
    view.setUint16(at + EVENT_OFFSETS.rport, 443, true);
    view.setUint32(at + EVENT_OFFSETS.owner + 4, pid, true);
    view.setBigUint64(at + EVENT_OFFSETS.duration, 1_500_000n, true);
    view.setBigUint64(at + EVENT_OFFSETS.time, 7_000_000_000n, true);
  }
  return { length: count, bytes, words: new Uint32Array(bytes.buffer), keys: new Uint32Array(count).fill(1), leftOut: 0, untapped: 0, cut: undefined };
}

function records(rate: number, key: Key | undefined = KEY) {
  const lines: unknown[] = [];
  const pushed: unknown[] = [];
  const failures = new FailureRecords({
    rate,
    keys: { get: () => key },
    pid: 7,
    log: { info: (fields: object, msg: string) => lines.push({ ...fields, msg }) } as unknown as Logger,
    push: (time, attributes) => pushed.push([time, attributes['error.type']]),
    // It ended two seconds ago.
    clocks: () => ({ unix: 1_700_000_002_000, monotonic: 9_000_000_000 }),
  });
  return { failures, lines, pushed };
}

it('says when, who, where to, why, how long and with how many SYNs', () => {
  const { failures, lines, pushed } = records(5);
  failures.add(batch(1));
  expect(lines).toEqual([
    {
      msg: 'connect failed',
      at: '2023-11-14T22:13:20.000Z',
      'process.executable.name': 'curl',
      'process.pid': 42,
      'server.address': '10.0.0.1',
      'server.port': 443,
      'error.type': 'refused',
      'error.name': 'ECONNREFUSED',
      'connect.duration': 0.0015,
      'connect.syns': 1,
    },
  ]);
  expect(pushed).toEqual([[1_700_000_000_000, 'refused']]);
});

it.each([
  ['shared by the peers of a workload', { fold: 'peer' }, { 'process.executable.name': 'curl', 'process.pid': 42 }],
  ['shared by workloads', { fold: 'workload', whose: 'unknown', executable: undefined }, { 'process.executable.name': '[unresolved]' }],
])('names the peer of a key that is %s', (_, shared, who) => {
  const { failures, lines } = records(5, { ...KEY, address: '', ...shared } as Key);
  failures.add(batch(1));
  expect(lines[0]).toMatchObject({ ...who, 'server.address': '10.0.0.1', 'server.port': 443 });
});

it('writes none of the agent itself, whose push of it would fail next', () => {
  const { failures, lines, pushed } = records(5);
  failures.add(batch(3, 7));
  expect([lines, pushed, failures.counts]).toEqual([[], [], { written: 0, left_out: 3 }]);
});

it('counts what it wrote and what it left out, and takes another rate', () => {
  const { failures, lines } = records(2);
  failures.add(batch(5));
  expect([lines.length, failures.counts]).toEqual([2, { written: 2, left_out: 3 }]);
  failures.rate = 0;
  failures.add(batch(5));
  expect(failures.counts).toEqual({ written: 2, left_out: 3 });
});
