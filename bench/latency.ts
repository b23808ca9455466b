import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { EVENT_OFFSETS, EVENT_SIZE, Manager } from '../src/ebpf/index.ts';
import type { Batch } from '../src/ebpf/index.ts';
import { at } from '../test/harness/host.ts';
import { Namespace } from '../test/harness/kernel/namespace.ts';
import { must } from '../test/harness/run.ts';
import type { Context } from './benchmark.ts';
import { make } from './lib/load.ts';
import { produce } from './lib/tools.ts';
import type { Result, Row } from './rows.ts';
import { spread } from './statistics.ts';

interface Case {
  readonly title: string;
  /** Milliseconds, of the 99th percentile. */
  readonly atMost: number;
  readonly load: (quick: boolean) => Promise<unknown>;
}

const CASES: readonly Case[] = [
  { title: '500 refused connects a second', atMost: 0.5, load: (quick) => refusedSlowly(500, quick ? 1000 : 5000) },
  { title: 'connections as fast as one thread can', atMost: 2.5, load: (quick) => make('accepted', quick ? 5000 : 60_000) },
  { title: '1 M/s', atMost: 2.5, load: (quick) => produce({ pid: process.pid, keys: 1000, rate: 1e6, count: quick ? 1e6 : 4e6 }) },
];

/** How long after the kernel has seen it an event is in a batch, by percentiles of all events of a run. */
export async function latency({ quick, say }: Context): Promise<Result> {
  const rounds = quick ? 2 : 7;
  const found = CASES.map((): { p50: number; p99: number }[] => []);
  await using manager = new Manager();
  let histogram = createHistogram();
  manager.batches.subscribe((batch) => record(histogram, batch));
  manager.start();
  for (let round = -1; round < rounds; round++)
    for (const [index, { title, load }] of CASES.entries()) {
      say(`${title}, round ${round + 1} of ${rounds}`);
      histogram = createHistogram();
      await load(quick || round < 0);
      if (round >= 0) found[index]!.push({ p50: histogram.percentile(50) / 1e6, p99: histogram.percentile(99) / 1e6 });
    }
  const rows = CASES.flatMap(({ title, atMost }, index): Row[] => [
    { what: `${title}: half of all events within`, value: spread(found[index]!.map(({ p50 }) => p50)), unit: 'ms' },
    { what: `${title}: 99 % within`, value: spread(found[index]!.map(({ p99 }) => p99)), unit: 'ms', atMost },
  ]);
  return { rows, notes: [] };
}

/** The kernel's clock and ours are the same one: CLOCK_MONOTONIC. */
function record(histogram: RecordableHistogram, { bytes, length }: Batch): void {
  const now = process.hrtime.bigint();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < length; i++) {
    const age = Number(now - view.getBigUint64(i * EVENT_SIZE + EVENT_OFFSETS.time, true));
    histogram.record(Math.max(1, age));
  }
}

async function refusedSlowly(rate: number, count: number): Promise<void> {
  await using namespace = await Namespace.create();
  await must(namespace.command(at('build', 'test-tools', 'conngen'), 'plain', '--port', '7', '--rate', `${rate}`, '--count', `${count}`));
}
