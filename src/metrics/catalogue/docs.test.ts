import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CATALOGUE } from './catalogue.ts';
import { metricsPage } from './docs.ts';
import { clean, prometheusName } from './prometheus-name.ts';

const file = new URL('../../../docs/metrics.md', import.meta.url);

it('docs/metrics.md is what the catalogue says (UPDATE=1 writes it)', () => {
  const page = metricsPage(CATALOGUE);
  if (process.env['UPDATE'] === '1') writeFileSync(file, page);
  expect(readFileSync(file, 'utf8')).toBe(page);
});

it('has no name twice, on either path', () => {
  const names = CATALOGUE.map((metric) => metric.name);
  const pageNames = CATALOGUE.map((m) => prometheusName(m, m.kind === 'updowncounter' ? 'gauge' : m.kind));
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(pageNames).size).toBe(names.length);
});

it.each([
  ['tcp.connects_by_pid', '{connection}', 'gauge', 'tcp_connects_by_pid'],
  ['connwatch.window.length', 's', 'gauge', 'connwatch_window_length_seconds'],
  ['process.cpu.time', 's', 'counter', 'process_cpu_time_seconds_total'],
  ['connwatch.ring.size', 'By', 'gauge', 'connwatch_ring_size_bytes'],
  ['connwatch.build.info', '', 'gauge', 'connwatch_build_info'],
  ['a.ratio.of', '1', 'gauge', 'a_ratio_of_ratio'],
  ['a.count', '1', 'counter', 'a_count_total'],
  ['a.seconds', 's', 'histogram', 'a_seconds'],
  ['a_total', '{x}', 'counter', 'a_total'],
] as const)('%s in %s as a %s is %s', (name, unit, type, expected) => {
  expect(prometheusName({ name, unit }, type)).toBe(expected);
});

it.each([
  ['server.port', 'server_port'],
  ['9lives', '_9lives'],
  ['a..b', 'a_b'],
])('the label %s is %s', (name, expected) => {
  expect(clean(name)).toBe(expected);
});

it('has no attribute that Collectors put on the resource of the sender, other than names of containers (decision 51)', () => {
  const names = new Set(CATALOGUE.flatMap(({ attributes }) => attributes));
  expect([...names].filter((name) => /^(?:host|service|cloud|deployment|telemetry|os)\./.test(name))).toEqual([]);
});
