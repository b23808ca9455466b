import fc from 'fast-check';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { noPrometheus, Prometheus } from '../harness/scrape/prometheus.ts';
import type { Fuzzed } from './fuzzed.ts';
import { labelValue, pageOf } from './parsers-of-the-page.ts';

const WHAT = { what: 'values of labels, as Prometheus reads them', by: 'fast-check, Prometheus' };
const PATIENCE_MS = 30_000;

/** A page of so many random label values, scraped by a real Prometheus, which says what it read. */
export async function fuzzPrometheus(inputs: number): Promise<Fuzzed> {
  if (noPrometheus !== undefined) return { ...WHAT, state: 'skipped', why: noPrometheus };
  const values = fc.sample(labelValue, inputs);
  const page = pageOf(values);
  const server = createServer((_, response) => response.setHeader('content-type', 'text/plain; version=0.0.4').end(page)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await using prometheus = await Prometheus.start(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    const end = performance.now() + PATIENCE_MS;
    let series = await prometheus.query('fuzzed');
    while (series.length < inputs && performance.now() < end) {
      await delay(200);
      series = await prometheus.query('fuzzed');
    }
    const read = new Map(series.map(({ labels }) => [Number(labels['index']), labels['value'] ?? '']));
    const wrong = values.flatMap((value, index) => (read.get(index) === value ? [] : [`${fc.stringify(value)} is read as ${fc.stringify(read.get(index))}`]));
    const first = wrong[0] === undefined ? {} : { why: wrong[0] };
    return { ...WHAT, state: wrong.length === 0 ? 'yes' : 'no', inputs, failures: wrong.length, ...first };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
