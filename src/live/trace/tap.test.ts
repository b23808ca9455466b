import { expect, it } from 'vitest';
import { EVENT_OFFSETS, EVENT_SIZE, FLAG, KIND, KIND_TOTAL } from '../../ebpf/layout.ts';
import type { Batch, Key } from '../../ebpf/types.ts';
import { workloadOf } from '../../identity/index.ts';
import type { TraceMessage } from './event.ts';
import type { TraceFilter } from './filter.ts';
import { EVENTS_PER_SECOND } from './reader.ts';
import { Tap } from './tap.ts';

interface Made {
  readonly kind?: number;
  readonly outcome?: number;
  readonly flags?: number;
  readonly pid?: number;
  readonly role?: number;
  readonly port?: number;
  readonly sent?: number;
  readonly cookie?: number;
  readonly address?: readonly number[];
  /** Nanoseconds */
  readonly time?: number;
}

function batch(records: readonly Made[], untapped = 0): Batch {
  const bytes = new Uint8Array(records.length * EVENT_SIZE);
  const view = new DataView(bytes.buffer);
  records.forEach(({ kind = KIND.connect, outcome = 1, flags = 0, pid = 5, role = 1, port = 443, sent = 0, cookie = 9, address = [10, 0, 0, 1], time = 5_000_000_000 }, i) => {
    const at = i * EVENT_SIZE;
    view.setUint8(at + EVENT_OFFSETS.kind, kind);
    view.setUint8(at + EVENT_OFFSETS.outcome, outcome);
    view.setUint16(at + EVENT_OFFSETS.flags, flags, true);
    view.setUint32(at + EVENT_OFFSETS.owner + 4, pid, true);
    view.setUint8(at + EVENT_OFFSETS.role, role);
    view.setUint16(at + EVENT_OFFSETS.rport, port, true);
    view.setUint16(at + EVENT_OFFSETS.lport, 8080, true);
    view.setBigUint64(at + EVENT_OFFSETS.bytes_sent, BigInt(sent), true);
    view.setBigUint64(at + EVENT_OFFSETS.cookie, BigInt(cookie), true);
    view.setBigUint64(at + EVENT_OFFSETS.time, BigInt(time), true);
    view.setBigUint64(at + EVENT_OFFSETS.duration, 2_000_000_000n, true);
    view.setUint32(at + EVENT_OFFSETS.handshake, 1000, true);
    bytes.set([0xff, 0xff, ...address], at + EVENT_OFFSETS.raddr + 10);
  });
  return { length: records.length, bytes, words: new Uint32Array(bytes.buffer), keys: new Uint32Array(records.length), leftOut: 0, untapped, cut: undefined };
}

function tapped() {
  const set: [number, boolean][] = [];
  let now = 0;
  const ebpf = {
    get: () => ({ whose: 'process', executable: 'app', cgroup: '0' }) as unknown as Key,
    owner: (_: number, pid: number) => (pid === 5 ? { pid, startTime: 0n, cgroup: '1', comm: 'worker' } : undefined),
    setTap: (most: number, immediate: boolean) => void set.push([most, immediate]),
  };
  const tap = new Tap({ ebpf, workloadOf, now: () => now, clocks: () => ({ unix: 1_700_000_006_000, monotonic: 2_000_000_000 }) });
  return { tap, set, tick: (ms: number) => (now += ms) };
}

function read(filter: TraceFilter, batches: readonly Batch[]): TraceMessage[] {
  const { tap } = tapped();
  const messages: TraceMessage[] = [];
  const { close } = tap.open(filter, (message) => (messages.push(message), true));
  for (const one of batches) tap.add(one);
  close();
  return messages;
}

it('is off while nobody reads', () => {
  const { tap, set } = tapped();
  tap.add(batch([{}]));
  expect(set).toEqual([]);
  const messages: TraceMessage[] = [];
  const open = [0, 1].map(() => tap.open({}, (message) => (messages.push(message), true)));
  tap.add(batch([{}]));
  open[0]!.close();
  expect(set).toEqual([[4096, true]]);
  expect([open[1]!.close(), open[1]!.close()]).toMatchObject([{ sent: 1 }, { sent: 1 }]);
  expect(set).toEqual([[4096, true], [0, false]]);
  tap.add(batch([{}]));
  expect(messages).toHaveLength(2);
});

it('tells what a record says', () => {
  expect(read({}, [batch([{}])])).toEqual([
    { event: 'connect', time: '2023-11-14T22:13:29.000Z', pid: 5, comm: 'worker', workload: { 'process.executable.name': 'app' }, role: 'client', address: '10.0.0.1', port: 443, localPort: 8080, outcome: 'refused', seconds: 2, syns: 1 },
  ]);
});

it('shows nothing that was before it was opened, but the end of what began before', () => {
  const [before, opened] = [1_999_999_999, 3_999_999_999];
  const messages = read({}, [batch([{ kind: KIND.connect, outcome: 0, time: before }, { kind: KIND.accept, time: before }, { kind: KIND.close, flags: FLAG.opened, time: opened }])]);
  expect(messages.map(({ event }) => event)).toEqual(['close']);
});

it('has the beginning and the end of a connection whose end reports both', () => {
  const flags = FLAG.opened | FLAG.resetOut;
  expect(read({}, [batch([{ kind: KIND.close, flags, sent: 7 }, { kind: KIND.close, flags, role: 2 }])])).toMatchObject([
    { event: 'connect', outcome: 'success', time: '2023-11-14T22:13:27.000Z', seconds: 0.000_256 },
    { event: 'close', time: '2023-11-14T22:13:29.000Z', seconds: 2, sent: 7, resetBy: 'owner' },
    { event: 'accept', time: '2023-11-14T22:13:27.000Z', role: 'server' },
    { event: 'close', role: 'server' },
  ]);
});

it('takes the bytes of a close from the record before it, also in another batch', () => {
  const end = { kind: KIND.close, sent: 1 };
  expect(read({}, [batch([{ kind: KIND_TOTAL, sent: 500 }, { ...end, cookie: 8 }]), batch([end, end])])).toMatchObject([{ sent: 1 }, { sent: 500 }, { sent: 1 }]);
});

it.each<[TraceFilter, number]>([
  [{}, 5],
  [{ failed: true }, 2],
  [{ pid: [6] }, 1],
  [{ comm: ['worker'] }, 4],
  [{ comm: ['ap*'] }, 5],
  [{ comm: ['nothing'] }, 0],
  [{ port: [[440, 443]] }, 2],
  [{ port: [[8080, 8080]] }, 1],
  [{ cidr: ['10.0.0.0/24', 'fd00::/8'] }, 4],
  [{ container: ['0123'] }, 0],
  [{ failed: true, pid: [5], port: [[443, 443]] }, 1],
])('%j lets %d events through', (filter, count) => {
  const records: Made[] = [{}, { outcome: 0, pid: 6 }, { port: 80 }, { kind: KIND.accept, role: 2, outcome: 0, port: 443 }, { kind: KIND.close, port: 22, outcome: 0, address: [10, 0, 1, 0] }];
  expect(read(filter, [batch([...records, { kind: KIND.flow }])])).toHaveLength(count);
});

it('keeps to its limit and says what it leaves out', () => {
  const { tap, tick } = tapped();
  const seen: TraceMessage[] = [];
  let full = false;
  const { close } = tap.open({}, (message) => (full ? false : (seen.push(message), true)));
  tap.add(batch(Array.from({ length: EVENTS_PER_SECOND + 3 }, () => ({})), 4));
  expect(seen).toHaveLength(EVENTS_PER_SECOND);
  full = true;
  tick(1000);
  tap.add(batch([{}, {}]));
  expect(close()).toMatchObject({ event: 'end', sent: EVENTS_PER_SECOND, overLimit: 3, tooSlow: 2, unread: 4 });
});

it('asks the kernel for fewer records on a busy machine, and for all when it is calm', () => {
  const { tap, set, tick } = tapped();
  tap.open({ pid: [1] }, () => true);
  for (const untapped of [10_000, 40_000, 10_000, 7000, 0]) {
    tick(1000);
    tap.add(batch([], untapped));
  }
  tap.close();
  expect(set).toEqual([[4096, true], [4096, false], [4096, true]]);
});
