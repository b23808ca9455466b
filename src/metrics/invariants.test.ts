import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Bench, type Counts, type Window, processInfo } from './fixtures.ts';

// Keys 1 to 6 are clients, 7 to 9 servers; 0 is what has no key.
const key = fc.integer({ min: 0, max: 9 });
const few = fc.integer({ min: 0, max: 5 });
const seconds = fc.array(fc.double({ min: 1e-6, max: 1000, noNaN: true }), { maxLength: 3 });

const row = fc.record({ bytesSent: few, bytesReceived: few, synRetransmits: few, dataRetransmits: few, resetsIn: few, resetsOut: few, handshake: seconds, life: seconds, rtt: seconds });
const window = fc.record({
  rows: fc.array(fc.tuple(key, row), { maxLength: 8 }),
  listeners: fc.array(fc.tuple(fc.integer({ min: 7, max: 9 }), fc.record({ sockets: few, queue: few, limit: few, overflows: few, drops: few, synackRetransmits: few })), { maxLength: 3 }),
  exited: fc.subarray([1, 2, 3, 4, 5, 6, 7, 8, 9]),
});

type Made = Record<string, number>;

/** What a window adds to the sum of each family; of histograms to the count. */
function madeBy({ rows, listeners }: { rows: [number, Counts][]; listeners: [number, Record<string, number>][] }): Made {
  const made: Made = {};
  const add = (name: string, ...values: (number | undefined)[]) => (made[name] = values.reduce<number>((sum, value) => sum + (value ?? 0), made[name] ?? 0));
  for (const [, counts] of rows) {
    add('tcp.io', counts.bytesSent, counts.bytesReceived);
    add('tcp.retransmits', counts.synRetransmits, counts.dataRetransmits);
    add('tcp.resets', counts.resetsIn, counts.resetsOut);
    add('tcp.connect.duration', counts.handshake?.length);
    add('tcp.connection.duration', counts.life?.length);
    add('tcp.rtt', counts.rtt?.length);
  }
  for (const [, values] of listeners) {
    add('tcp.retransmits', values['synackRetransmits']);
    add('tcp.listen.overflows', values['overflows']);
    add('tcp.listen.syn_drops', values['drops']);
  }
  return made;
}

const NAMES = ['tcp.io', 'tcp.retransmits', 'tcp.resets', 'tcp.connect.duration', 'tcp.connection.duration', 'tcp.rtt', 'tcp.listen.overflows', 'tcp.listen.syn_drops'];

it('the sum of each family is true at any limit, no series goes back, and no family is over its limit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(window, { maxLength: 8 }), fc.integer({ min: 2, max: 30 }), async (windows, seriesLimit) => {
      const bench = new Bench({ seriesLimit, retireAfter: 1e9 });
      const made: Made = Object.fromEntries(NAMES.map((name) => [name, 0]));
      let before: Record<string, Made> = {};
      for (const each of windows) {
        bench.window(prepared(bench, each));
        for (const [name, value] of Object.entries(madeBy(each))) made[name]! += value;
        const now: Record<string, Made> = {};
        for (const name of NAMES) now[name] = await bench.lines(`connwatch.${name}`);
        expect(Object.fromEntries(NAMES.map((name) => [name, sumOf(now[name]!)]))).toEqual(made);
        for (const name of NAMES) {
          for (const [series, value] of Object.entries(before[name] ?? {})) expect(now[name]![series], `${name} ${series}`).toBeGreaterThanOrEqual(value);
        }
        for (const { family, size, limit } of bench.collector.sizes()) expect(size, family).toBeLessThanOrEqual(limit);
        before = now;
      }
    }),
    { numRuns: 60 },
  );
});

it('with retirements and restarts of workloads: what all increases of a family add up to is true, and no series goes back while it is there', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ window, restarted: fc.boolean(), idle: fc.integer({ min: 0, max: 4 }) }), { maxLength: 10 }),
      fc.integer({ min: 2, max: 30 }),
      fc.integer({ min: 1, max: 20_000 }),
      async (steps, seriesLimit, retireAfter) => {
        const bench = new Bench({ seriesLimit, retireAfter });
        const made: Made = Object.fromEntries(NAMES.map((name) => [name, 0]));
        const increases: Made = Object.fromEntries(NAMES.map((name) => [name, 0]));
        let before: Record<string, Made> = {};
        let [generation, seen] = [0, [] as string[]];
        const look = async () => {
          const now: Record<string, Made> = {};
          for (const name of NAMES) now[name] = await bench.lines(`connwatch.${name}`);
          for (const name of NAMES) {
            for (const [series, value] of Object.entries(now[name]!)) {
              // A series that was retired begins again at 0.
              const last = before[name]?.[series] ?? 0;
              expect(value, `${name} ${series}`).toBeGreaterThanOrEqual(last);
              increases[name]! += value - last;
            }
          }
          before = now;
        };
        for (const { window: each, restarted, idle } of steps) {
          // A workload is gone when all its processes are.
          const exited = restarted ? seen.splice(0) : [];
          if (restarted) generation++;
          const { rows, listeners } = prepared(bench, each, generation);
          seen = [...new Set([...seen, ...ownersOf(generation)])];
          bench.window({ rows: rows!, listeners: listeners!, exited });
          for (const [name, value] of Object.entries(madeBy(each))) made[name]! += value;
          await look();
          for (let turn = 0; turn < idle; turn++) {
            bench.window(turn === 0 ? { exited: seen.splice(0) } : {});
            await look();
          }
          expect(increases).toEqual(made);
        }
      },
    ),
    { numRuns: 60 },
  );
});

it('a histogram is the sum of what was recorded, bucket by bucket, wherever it was counted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(window, { minLength: 1, maxLength: 5 }), fc.integer({ min: 2, max: 30 }), async (windows, seriesLimit) => {
      const [bench, single] = [new Bench({ seriesLimit }), new Bench()];
      for (const each of windows) {
        bench.window(prepared(bench, each));
        single.window({ rows: each.rows.map(([, counts]) => [0, withColumns(counts)]) });
      }
      for (const name of ['connwatch.tcp.connect.duration', 'connwatch.tcp.connection.duration', 'connwatch.tcp.rtt']) {
        const [found, expected] = [Object.values(await bench.histograms(name)), Object.values(await single.histograms(name))];
        const buckets = found.map((each) => each.buckets.counts);
        expect(buckets.reduce((sum, counts) => counts.map((count, index) => count + (sum[index] ?? 0)), [])).toEqual(expected[0]?.buckets.counts ?? []);
        for (const { buckets: { counts }, count } of found) expect(counts.reduce((sum, each) => sum + each, 0)).toBe(count);
        expect(found.reduce((sum, each) => sum + (each.sum ?? 0), 0)).toBeCloseTo(expected[0]?.sum ?? 0, 6);
      }
    }),
    { numRuns: 40 },
  );
});

/** The keys of this window, given anew: those that were idle have been given back. */
function prepared(bench: Bench, { rows, listeners, exited }: { rows: [number, Counts][]; listeners: [number, Record<string, number>][]; exited: number[] }, generation = 0): Window {
  for (let id = 1; id <= 9; id++) {
    const process = processOf(id, generation);
    if (id <= 6) bench.keys.client(id, process, `10.0.0.${id}`);
    else bench.keys.server(id, process, id);
  }
  return {
    rows: rows.map(([id, counts]) => [id, withColumns(counts)]),
    listeners,
    exited: exited.map((id) => processInfo(id, '').owner),
  };
}

const processOf = (id: number, generation: number) => processInfo(id + 10 * generation, `exe${id % 4}`, { cgroup: BigInt(id % 2) });
const ownersOf = (generation: number): string[] => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((id) => processOf(id, generation).owner);

const withColumns = (counts: Counts): Counts => ({ ...counts, success: counts.handshake?.length ?? 0, close: counts.life?.length ?? 0 });

const sumOf = (lines: Made): number => Object.values(lines).reduce((sum, value) => sum + value, 0);
