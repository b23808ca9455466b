import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { CollectionResult, MetricData } from '@opentelemetry/sdk-metrics';
import { Subject } from 'rxjs';
import { atOnce } from '../src/internal/pieces.ts';
import { createProvider, Exposition, OPENMETRICS, type Provider, resourceOf } from '../src/export/index.ts';
import { Keys, processInfo, type Snapshot, snapshot } from '../src/metrics/fixtures.ts';
import { Collector } from '../src/metrics/index.ts';
import type { Context } from './benchmark.ts';
import type { Result, Row } from './rows.ts';
import { paired, ratio, spread } from './statistics.ts';

const LINES = 20_000;
const READABLE = LINES.toLocaleString('en');

/** CPU of the main thread, milliseconds: it can do nothing else meanwhile. */
interface Page {
  readonly lines: number;
  readonly collect: number;
  readonly ours: number;
  readonly stock: number;
  /** Ours on its first page, where every line is new. */
  readonly first: number;
  readonly openMetrics: number;
  /** A copy for a reader to whom every counter is new. */
  readonly copy: number;
}

/** What a key is on the page. */
interface Shape {
  readonly lines: number;
  readonly handshakes: readonly number[];
}

/** Attempts, successes, window. */
const PLAIN: Shape = { lines: 3, handshakes: [] };
/** The same and a histogram: 22 buckets, sum, count. */
const WITH_HISTOGRAM: Shape = { lines: 27, handshakes: [0.0002, 0.003, 0.04] };

/** A page of 20,000 lines: our writer in both formats and the stock serializer on the same collection, turn by turn. */
export async function scrape({ quick, say }: Context): Promise<Result> {
  const rounds = quick ? 3 : 15;
  const pages: Page[][] = [];
  for (const lines of [LINES / 10, LINES, LINES * 10]) {
    say(`${lines} lines`);
    // The longest pages are there for the slope only.
    pages.push(await pagesOf(lines, PLAIN, lines > LINES ? Math.ceil(rounds / 4) : rounds));
  }
  say('histograms');
  const histograms = await pagesOf(LINES, WITH_HISTOGRAM, rounds);
  const [, plain = []] = pages;
  const rows: Row[] = [
    ...rowsOf(`${READABLE} lines`, plain),
    ...pages.map((list): Row => {
      const value = spread(list.map((page) => (blocked(page) * 1e6) / page.lines));
      return { what: `main thread, per line of ${list[0]?.lines.toLocaleString('en')}`, value, unit: 'ns' };
    }),
    ...rowsOf(`${READABLE} lines, most of histograms`, histograms),
  ];
  return { rows, notes: ['Times are CPU of the main thread, in which it does nothing else.'] };
}

function rowsOf(title: string, pages: readonly Page[]): Row[] {
  const of = (what: (page: Page) => number) => pages.map(what);
  const [ours, stock] = [of((page) => page.ours), of((page) => page.stock)];
  return [
    { what: `${title}: stock serializer`, value: spread(stock), unit: 'ms' },
    { what: `${title}: our writer`, value: spread(ours), unit: 'ms' },
    { what: `${title}: ours against stock`, value: paired(ours, stock, ratio), unit: 'ratio', atMost: 1 / 20 },
    { what: `${title}: OpenMetrics with creation times`, value: spread(of((page) => page.openMetrics)), unit: 'ms' },
    { what: `${title}: OpenMetrics against text`, value: paired(of((page) => page.openMetrics), ours, ratio), unit: 'ratio' },
    { what: `${title}: copy for a reader to whom all is new, against text`, value: paired(of((page) => page.copy), ours, ratio), unit: 'ratio' },
    { what: `${title}: our writer, every line new`, value: spread(of((page) => page.first)), unit: 'ms' },
    { what: `${title}: main thread, collection and writer`, value: spread(of(blocked)), unit: 'ms', atMost: 5 },
  ];
}

const blocked = ({ collect, ours }: Page): number => collect + ours;

async function pagesOf(lines: number, shape: Shape, rounds: number): Promise<Page[]> {
  const keys = new Keys();
  const snapshots = new Subject<Snapshot>();
  const count = Math.round(lines / shape.lines);
  // All of one executable, which gets 76 % of the places.
  const collector = new Collector({ snapshots, keys, seriesLimit: 2 * count + 10, newSeriesAtZero: false });
  const resource = resourceOf({ version: '0', hostName: 'bench', fromEnvironment: false });
  const provider = createProvider({ resource, producer: collector.producer('pull') });
  // The one of the page collects once for each window.
  const everyTime = createProvider({ resource, producer: collector.producer('view') });
  collector.start();
  const workload = processInfo(1234, 'a-program');
  for (let i = 0; i < count; i++) keys.client(i + 1, workload, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
  const writers = { text: new Exposition(), openMetrics: new Exposition(OPENMETRICS) };
  const pages: Page[] = [];
  for (let round = -WARM_UP; round < rounds; round++) {
    const counts = (i: number) => ({ success: 1 + (i % 7), handshake: shape.handshakes });
      snapshots.next(snapshot({ rows: Array.from({ length: count }, (_, i) => [i + 1, counts(i)]) }, 0, keys));
      const page = await onePage([provider, everyTime], writers, round % 2 === 0);
    if (round >= 0) pages.push(page);
  }
  await provider.close();
  await everyTime.close();
  return pages;
}

type Writers = Readonly<Record<'text' | 'openMetrics', Exposition>>;

/** Rounds after which the code is compiled. */
const WARM_UP = 2;

async function onePage([provider, everyTime]: readonly [Provider, Provider], { text, openMetrics }: Writers, stockFirst: boolean): Promise<Page> {
  const { resourceMetrics } = await provider.collect();
  const stock = () => cost(STOCK_TIMES, () => new PrometheusSerializer().serialize(resourceMetrics));
  const before = stockFirst ? await stock() : 0;
  const ours = await cost(OUR_TIMES, writing(text, resourceMetrics));
  const after = stockFirst ? 0 : await stock();
  const first = await cost(STOCK_TIMES, () => new Exposition().writeAtOnce(resourceMetrics));
  const written = text.writeAtOnce(resourceMetrics);
  const copy = await cost(OUR_TIMES, () => atOnce(written.zeroed(-Infinity)));
  const open = await cost(OUR_TIMES, writing(openMetrics, resourceMetrics));
  const lines = String(Buffer.concat(written.bytes)).split('\n').filter((line) => !/^(#|$)/.test(line)).length;
  return { lines, collect: await cost(OUR_TIMES, () => everyTime.collect()), ours, stock: before + after, first, openMetrics: open, copy };
}

/** Of the same arrays of points a second page is a copy, which is not what is measured. */
function writing(exposition: Exposition, { resource, scopeMetrics }: CollectionResult['resourceMetrics']): () => void {
  const fresh = () => scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map((metric): MetricData => ({ ...metric, dataPoints: [...metric.dataPoints] }) as MetricData) }));
  const pages = Array.from({ length: OUR_TIMES }, () => ({ resource, scopeMetrics: fresh() }));
  return () => void exposition.writeAtOnce(pages.pop()!);
}

/** The clock of CPU time moves in steps of some milliseconds: what is short is done more often. */
const [OUR_TIMES, STOCK_TIMES] = [40, 3];

async function cost(times: number, work: () => unknown): Promise<number> {
  const start = mainThread();
  for (let i = 0; i < times; i++) await work();
  return (mainThread() - start) / times;
}

function mainThread(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
