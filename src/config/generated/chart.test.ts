import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { address, duration, powerOfTwoSize } from '../kinds.ts';
import { pushSettings } from '../otlp/push.ts';
import { chartSchema, chartSettings, withChartSchema, withChartValues } from './chart.ts';

const chart = (name: string) => new URL(`../../../charts/connwatch/${name}`, import.meta.url).pathname;

it('values.yaml is current (npx vitest run src/config -u writes it)', async () => {
  const path = chart('values.yaml');
  await expect(withChartValues(readFileSync(path, 'utf8'))).toMatchFileSnapshot(path);
});

it('values.schema.json is current (npx vitest run src/config -u writes it)', async () => {
  const path = chart('values.schema.json');
  await expect(withChartSchema(readFileSync(path, 'utf8'))).toMatchFileSnapshot(path);
});

it('has every setting that can be in the file, and no other', () => {
  expect(chartSchema()['properties']).toHaveProperty('metrics-addr');
  expect(chartSchema()['properties']).not.toHaveProperty('config');
});

it('tells which words Helm would take for false', () => {
  const [setting] = chartSettings().filter(({ name }) => name === 'sync-failures');
  expect(setting?.note).toBe('Value: auto, syscall, off. Write "off" in quotes.');
});

it('values.yaml without the marks is refused', () => {
  expect(() => withChartValues('config: {}\n')).toThrow('values.yaml has not the two lines');
});

const size = powerOfTwoSize({ min: 4096, max: 1024 ** 3 });
const time = duration({ min: 0, max: 600_000 });

// What the parser takes the pattern must take, and the other way round, as far as a pattern can tell.
it.each([
  [address(), ':9090', true],
  [address(), '127.0.0.1:1', true],
  [address(), 'node_1.example:65535', true],
  [address(), '[::1]:8080', true],
  [address(), '[::ffff:10.0.0.1]:8080', true],
  [address(), '*:59999', true],
  [address(), ':65536', false],
  [address(), ':99999', false],
  [address(), '9090', false],
  [address(), '::1:9090', false],
  [address(), 'http://x:80', false],
  [time, '500ms', true],
  [time, '1m30s', true],
  [time, '1.5s', true],
  [time, '5', false],
  [time, '5 s', false],
  [time, '30s1m', false],
  [size, '8MiB', true],
  [size, '8Mi', true],
  [size, '4096', true],
  [size, '0.5GiB', true],
  [size, '8MB', false],
  [size, 'many', false],
])('%o takes %j: %j', (kind, text, taken) => {
  expect(new RegExp(kind.json['pattern'] as string).test(text)).toBe(taken);
  expect(z.safeParse(kind.schema as z.ZodMiniType, text).success).toBe(taken);
});

/** For a path, user info and a socket, which the agent takes, the chart has no use. */
it.each([
  ['http://collector:80', true],
  ['http://collector:4317/', true],
  ['http://10.0.0.1:65535', true],
  ['http://[::ffff:10.0.0.1]:443', true],
  ['http://b\u00fccher:04317', true],
  ['https://collector', true],
  ['https://collector:443', true],
  ['collector.observability:4317', true],
  ['collector', true],
  ['http://collector', false],
  ['http://collector:', false],
  ['http://collector:0', false],
  ['http://collector:65536', false],
  ['http://collector:70000', false],
  ['https://collector:0', false],
  ['collector:00', false],
  ['http://:4317', false],
  ['http://a b:4317', false],
  ['http://a^b:4317', false],
  ['http://a?b:4317', false],
  ['http://a#b:4317', false],
  ['http://[::1:4317', false],
  ['grpc://collector:4317', false],
])('the endpoint %j: the chart and the agent say %j', (endpoint, taken) => {
  const schema = JSON.parse(readFileSync(chart('values.schema.json'), 'utf8')) as { properties: { otlp: { properties: { endpoint: { pattern: string } } } } };
  expect(new RegExp(schema.properties.otlp.properties.endpoint.pattern).test(endpoint)).toBe(taken);
  const agent = () => pushSettings({ otlp: undefined, otlpHeadersFile: undefined }, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
  if (taken) expect(agent().metrics).toBeDefined();
  else expect(agent).toThrow('OTEL_EXPORTER_OTLP_ENDPOINT');
});

it('knows no port 0, which would leave probes and Service without one', () => {
  expect(':0').not.toMatch(new RegExp(address().json['pattern'] as string));
});
