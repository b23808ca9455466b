import { setTimeout as delay } from 'node:timers/promises';
import { Flood } from '../../test/harness/flood.ts';
import { at } from '../../test/harness/host.ts';
import { Namespace } from '../../test/harness/kernel/namespace.ts';
import { parsePage } from '../../test/harness/scrape/exposition.ts';
import { Generator } from '../../test/harness/traffic.ts';
import type { Context } from '../benchmark.ts';
import { startAgent } from '../lib/agent.ts';
import { memoryOf } from '../lib/memory.ts';
import { page } from '../lib/page.ts';
import { NodeTool } from '../lib/tools.ts';
import type { Result, Row } from '../rows.ts';
import { paired, ratio, spread } from '../statistics.ts';
import type { Used, Variant } from './server.ts';

const SIZES = [100, 1000, 10_000, 100_000];
const VARIANTS: readonly Variant[] = ['static', 'ours', 'prom-client', 'stock'];

const NOTES = [
  'Each way serves its page over HTTP from a process of its own, without compression. Before each scrape every value changes. The time is ' +
    'from the request to the last byte; the longest block is that of the event loop meanwhile; memory is Rss above that of the static page. ' +
    'static: the same bytes each time. stock: the Prometheus exporter of OpenTelemetry.',
  'Four at a time: an agent with 100,000 series and more is scraped by four clients without a pause, while 2,000 connections a second are made. ' +
    'The lag is `connwatch_drain_lag_seconds`, the age of the oldest event when it is read, sampled at each scrape but the first of each.',
];

/** Pages of 100 to 100,000 series by four ways to serve them, and the drain while a long page is scraped. */
export async function pages({ quick, say }: Context): Promise<Result> {
  const rows: Row[] = [];
  for (const size of quick ? SIZES.slice(0, 3) : SIZES) {
    say(`${size.toLocaleString('en')} series`);
    rows.push(...(await ofSize(size, quick ? 3 : 15)));
  }
  say('four at a time');
  rows.push(...(await fourAtATime(quick ? 10_000 : 100_000, quick ? 5 : 30)));
  return { rows, notes: NOTES };
}

/** Scrapes after which the code is compiled. */
const WARM_UP = 10;

interface Scrape extends Used {
  readonly time: number;
}

async function ofSize(size: number, rounds: number): Promise<Row[]> {
  const found: Record<Variant, Scrape[]> = { static: [], ours: [], 'prom-client': [], stock: [] };
  await using stack = new AsyncDisposableStack();
  const servers = new Map<Variant, { readonly tool: NodeTool; readonly port: number }>();
  for (const variant of VARIANTS) {
    const tool = stack.use(new NodeTool(['--expose-gc', at('bench', 'pages', 'server.ts'), variant, `${size}`]));
    servers.set(variant, { tool, port: ((await tool.line()) as { port: number }).port });
  }
  for (let round = -WARM_UP; round < rounds; round++) {
    for (let turn = 0; turn < VARIANTS.length; turn++) {
      const variant = VARIANTS[(round + WARM_UP + turn) % VARIANTS.length]!;
      const { tool, port } = servers.get(variant)!;
      await tool.ask('change');
      const start = performance.now();
      await (await fetch(`http://127.0.0.1:${port}/metrics`)).arrayBuffer();
      const time = performance.now() - start;
      const used = (await tool.ask()) as Used;
      if (round >= 0) found[variant].push({ time, ...used });
    }
  }
  const title = `${size.toLocaleString('en')} series`;
  const of = (variant: Variant, what: keyof Scrape) => found[variant].map((scrape) => scrape[what]);
  return [
    ...VARIANTS.map((variant): Row => ({ what: `${title}: ${variant}`, value: spread(of(variant, 'time')), unit: 'ms' })),
    { what: `${title}: ours against stock`, value: paired(of('ours', 'time'), of('stock', 'time'), ratio), unit: 'ratio' },
    { what: `${title}: ours against prom-client`, value: paired(of('ours', 'time'), of('prom-client', 'time'), ratio), unit: 'ratio' },
    ...VARIANTS.slice(1).flatMap((variant): Row[] => [
      { what: `${title}: ${variant}: longest block`, value: spread(of(variant, 'longestBlock')), unit: 'ms' },
      { what: `${title}: ${variant}: memory`, value: paired(of(variant, 'rss'), of('static', 'rss'), (a, b) => a - b), unit: 'MB' },
    ]),
  ];
}

/** Series of a destination that refuses. */
const PER_DESTINATION = 3;

const READERS = 4;

/** Seconds of traffic before the first and after the last scrape. */
const AROUND = 2;

async function fourAtATime(series: number, seconds: number): Promise<Row[]> {
  const destinations = Math.ceil(series / PER_DESTINATION);
  await using agent = await startAgent({ args: ['--series-limit', `${3 * destinations}`] });
  await using namespace = await Namespace.create();
  await using flood = new Flood('destinations', { count: destinations }, namespace);
  await flood.finish();
  await delay(11_000);
  using generator = new Generator();
  const traffic = generator.run('bench-beside', ['plain', '--port', '9', '--rate', '2000', '--count', `${(seconds + 2 * AROUND) * 2000}`], namespace);
  await delay(AROUND * 1000);
  const lags: number[] = [];
  let [scrapes, lost, lines, done] = [0, 0, 0, false];
  const reader = async () => {
    while (!done) {
      const text = await page(agent);
      scrapes++;
      lines = Math.max(lines, text.split('\n').filter((line) => !line.startsWith('#')).length);
      if (scrapes <= READERS) continue;
      const seen = parsePage(text.replaceAll(/^connwatch_(?:tcp|window)_.*\n/gm, ''));
      lags.push((seen.value('connwatch_drain_lag_seconds') ?? 0) * 1000);
      lost = seen.select('connwatch_events_lost_total').reduce((total, { labels, value }) => total + (labels['stage'] === 'metrics' ? 0 : value), 0);
    }
  };
  const readers = Array.from({ length: READERS }, reader);
  await delay(seconds * 1000);
  done = true;
  await Promise.all(readers);
  const made = await traffic;
  const { resident, maps } = memoryOf(agent.pid);
  const sorted = lags.sort((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  const title = `four at a time, ${lines.toLocaleString('en')} series`;
  return [
    { what: `${title}: scrapes in ${seconds} s`, value: spread([scrapes]), unit: 'count' },
    { what: `${title}: connects meanwhile`, value: spread([made.attempts]), unit: 'count' },
    { what: `${title}: records lost`, value: spread([lost]), unit: 'count', atMost: 0 },
    { what: `${title}: drain lag, 99 % within`, value: spread([p99]), unit: 'ms', atMost: 20 },
    { what: `${title}: memory of the agent`, value: spread([resident - maps]), unit: 'MB' },
  ];
}
