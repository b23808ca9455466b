// A page of so many series by one of the ways to serve one, in a process of its own: node server.ts VARIANT SERIES.
// It prints a line with its port, and answers each line of its standard input with what it used since the last one.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { Counter, Registry } from 'prom-client';
import { Subject } from 'rxjs';
import { createProvider, Exposition, resourceOf, scrapeHandler } from '../../src/export/index.ts';
import { Keys, processInfo, type Snapshot, snapshot } from '../../src/metrics/fixtures.ts';
import { Collector } from '../../src/metrics/index.ts';

export type Variant = 'static' | 'ours' | 'prom-client' | 'stock';

/** What the process used: ms, MB of 10^6 bytes. */
export interface Used {
  readonly longestBlock: number;
  readonly rss: number;
}

/** Attempts, successes, connects in the window: series of one key. */
const PER_KEY = 3;

const labelsOf = (i: number) => ({ process_executable_name: 'a-program', server_address: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, server_port: '443' });

/** Each returns how to answer, and what changes every value. */
const MAKERS: Record<Variant, (series: number) => { readonly answer: RequestListener; readonly change: () => void }> = {
  static: (series) => {
    const body = Buffer.from(Array.from({ length: series }, (_, i) => `a_total{${Object.entries(labelsOf(i)).map(([name, value]) => `${name}="${value}"`).join(',')}} 1\n`).join(''));
    return { answer: (_, response) => void response.end(body), change: () => {} };
  },
  ours: (series) => {
    const keys = new Keys();
    const snapshots = new Subject<Snapshot>();
    const count = Math.ceil(series / PER_KEY);
    // All of one executable, which gets 76 % of the places.
    const collector = new Collector({ snapshots, keys, seriesLimit: 2 * count + 10, newSeriesAtZero: false });
    const producer = collector.producer('pull');
    const provider = createProvider({ resource: resourceOf({ version: '0', hostName: 'bench', fromEnvironment: false }), producer });
    collector.start();
    const workload = processInfo(1234, 'a-program');
    for (let i = 0; i < count; i++) keys.client(i + 1, workload, labelsOf(i).server_address);
    const format = new Exposition();
    const collect = async () => {
      const { resourceMetrics, errors } = await provider.collect();
      return { time: producer.time, errors, write: (it: Exposition) => it.write(resourceMetrics) };
    };
    const change = () => snapshots.next(snapshot({ rows: Array.from({ length: count }, (_, i) => [i + 1, { success: 1 + (i % 7) }]) }, 0, keys));
    return { answer: scrapeHandler({ formats: [format], collect, zeroStart: () => false }), change };
  },
  'prom-client': (series) => {
    const registry = new Registry();
    const names = Array.from({ length: PER_KEY }, (_, i) => `m${i}_total`);
    const counters = names.map((name) => new Counter({ name, help: name, labelNames: Object.keys(labelsOf(0)), registers: [registry] }));
    const change = () => counters.forEach((counter) => eachKey(series, (labels) => counter.inc(labels)));
    return { answer: (_, response) => void registry.metrics().then((text) => response.end(text)), change };
  },
  stock: (series) => {
    const exporter = new PrometheusExporter({ preventServerStart: true });
    const meter = new MeterProvider({ readers: [exporter], views: [{ instrumentName: '*', aggregationCardinalityLimit: series }] }).getMeter('bench');
    const counters = Array.from({ length: PER_KEY }, (_, i) => meter.createCounter(`m${i}`));
    const change = () => counters.forEach((counter) => eachKey(series, (labels) => counter.add(1, labels)));
    return { answer: (request, response) => exporter.getMetricsRequestHandler(request, response), change };
  },
};

function eachKey(series: number, visit: (labels: ReturnType<typeof labelsOf>) => void): void {
  for (let i = 0; i < Math.ceil(series / PER_KEY); i++) visit(labelsOf(i));
}

const [, , variant, series] = process.argv;
const { answer, change } = MAKERS[variant as Variant](Number(series));
change();
const delays = monitorEventLoopDelay({ resolution: 1 });
const server = createServer(answer);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
  delays.enable();
});
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'change') change();
  const used: Used = { longestBlock: delays.max / 1e6, rss: process.memoryUsage.rss() / 1e6 };
  // Collected here, so that it delays no page that is measured.
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 20));
  delays.reset();
  process.stdout.write(`${JSON.stringify(used)}\n`);
}
server.close();
server.closeAllConnections();
