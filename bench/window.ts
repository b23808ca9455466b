import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Subject } from 'rxjs';
import { Manager } from '../src/ebpf/index.ts';
import { Collector } from '../src/metrics/index.ts';
import { type Snapshot, windows } from '../src/stream/index.ts';
import { Flood } from '../test/harness/flood.ts';
import { Namespace } from '../test/harness/kernel/namespace.ts';
import type { Context } from './benchmark.ts';
import { watched } from './lib/cleanup.ts';
import type { Result, Row } from './rows.ts';
import { spread } from './statistics.ts';

const INTERVAL = 3000;

/** How long the event loop waits at most while a window is cut and applied. */
export async function window({ quick, say }: Context): Promise<Result> {
  const [keys, rounds] = [quick ? 5000 : 50_000, quick ? 1 : 5];
  const found: Blocks[] = [];
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    found.push(await measure(keys));
  }
  const title = keys.toLocaleString('en');
  const rows: Row[] = [
    { what: `${title} new keys: longest block of the event loop`, value: spread(found.map((one) => one.fresh)), unit: 'ms', atMost: 50 },
    { what: `${title} keys that are known: longest block`, value: spread(found.map((one) => one.known)), unit: 'ms', atMost: 50 },
  ];
  return { rows, notes: ['A window in which one program connects to so many new addresses, and the two windows after it.'] };
}

interface Blocks {
  readonly fresh: number;
  readonly known: number;
}

async function measure(count: number): Promise<Blocks> {
  await using namespace = await Namespace.create();
  await using manager = new Manager({ seriesLimit: 4 * count, immediate: false });
  const applied = new Subject<Snapshot>();
  const snapshots = manager.batches.pipe(windows({ interval: INTERVAL, requestCut: () => manager.requestCut() }));
  await using collector = new Collector({ snapshots, keys: manager, interval: INTERVAL, seriesLimit: 4 * count, onSnapshot: (snapshot) => applied.next(snapshot) });
  collector.start();
  manager.start();
  await next(applied);
  await using flood = new Flood('destinations', { count, seconds: 60, workers: 2 }, namespace);
  watched(flood.child);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let rows = 0;
  while (rows < count) rows += (await next(applied)).rows;
  const fresh = delay.max / 1e6;
  delay.reset();
  await next(applied);
  await next(applied);
  await flood.finish();
  return { fresh, known: delay.max / 1e6 };
}

function next(applied: Subject<Snapshot>): Promise<Snapshot> {
  return new Promise((resolve) => {
    const subscription = applied.subscribe((snapshot) => {
      subscription.unsubscribe();
      resolve(snapshot);
    });
  });
}
