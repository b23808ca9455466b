import { expect, it } from 'vitest';
import { Bench, type Lines, processInfo } from '../fixtures.ts';

const nginx = processInfo(20, 'nginx');
const LISTEN = 'connwatch.tcp.listen';

async function all(bench: Bench): Promise<Record<string, Lines>> {
  const found: Record<string, Lines> = {};
  for (const name of ['queue.length', 'queue.limit', 'overflows', 'syn_drops']) found[name] = await bench.lines(`${LISTEN}.${name}`);
  return found;
}

it('shows a listener from its first scan, with counters at 0', async () => {
  const bench = new Bench();
  bench.keys.server(1, nginx, 80);
  bench.window({ listeners: [[1, { sockets: 1, limit: 511 }]] });
  expect(await all(bench)).toEqual({ 'queue.length': { 'nginx 80': 0 }, 'queue.limit': { 'nginx 80': 511 }, overflows: { 'nginx 80': 0 }, syn_drops: { 'nginx 80': 0 } });
  expect(await bench.lines('connwatch.tcp.accepts')).toEqual({});
});

it('adds counters up, and tells queues anew; listeners of one workload and port are one', async () => {
  const bench = new Bench();
  bench.keys.server(1, nginx, 80);
  bench.keys.server(2, nginx, 80, { netns: 2 });
  const row = { sockets: 2, queue: 3, limit: 10, overflows: 5, drops: 1 };
  bench.window({ listeners: [[1, row], [2, row]] });
  bench.window({ listeners: [[1, { ...row, queue: 0, drops: 0 }]] });
  expect(await all(bench)).toEqual({ 'queue.length': { 'nginx 80': 0 }, 'queue.limit': { 'nginx 80': 10 }, overflows: { 'nginx 80': 15 }, syn_drops: { 'nginx 80': 2 } });
});

it('has no queue of who listens no more; its counters stay until they are retired', async () => {
  const bench = new Bench({ retireAfter: 50_000 });
  bench.keys.server(1, nginx, 80);
  bench.window({ listeners: [[1, { sockets: 1, queue: 3, limit: 10 }]] });
  bench.window({ listeners: [[1, { sockets: 0, overflows: 2 }]], exited: [nginx.owner] });
  expect(await all(bench)).toEqual({ 'queue.length': {}, 'queue.limit': {}, overflows: { 'nginx 80': 2 }, syn_drops: { 'nginx 80': 0 } });
  bench.windows(10);
  expect(await all(bench)).toEqual({ 'queue.length': {}, 'queue.limit': {}, overflows: {}, syn_drops: {} });
});

it('is not retired while it listens', async () => {
  const bench = new Bench({ retireAfter: 5000 });
  bench.keys.server(1, undefined, 80);
  for (let i = 0; i < 10; i++) bench.window({ listeners: [[1, { sockets: 1, limit: 5, overflows: 1 }]] });
  expect(await bench.lines(`${LISTEN}.overflows`)).toEqual({ '[unresolved] 80': 10 });
});

it('counts in the overflow series what has no key or no place', async () => {
  const bench = new Bench({ seriesLimit: 2 });
  bench.keys.server(1, nginx, 80);
  bench.keys.server(2, nginx, 81);
  const row = { sockets: 1, queue: 1, limit: 4, overflows: 2, drops: 3, synackRetransmits: 1 };
  bench.window({ listeners: [[1, row], [2, row], [0, row]] });
  expect(await all(bench)).toEqual({
    'queue.length': { 'nginx 80': 1, true: 2 },
    'queue.limit': { 'nginx 80': 4, true: 8 },
    overflows: { 'nginx 80': 2, true: 4 },
    syn_drops: { 'nginx 80': 3, true: 6 },
  });
  expect(await bench.lines('connwatch.tcp.retransmits')).toEqual({ 'nginx server 80 synack': 1, true: 2 });
});
