import { expect, it } from 'vitest';
import { DEFAULTS, type Environment, problems } from './fixtures.ts';
import { pushSettings } from './push.ts';

const HTTP = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' };
const metrics = (environment: Environment, otlpProtocol?: 'grpc' | 'http/protobuf') => pushSettings({ otlp: true, otlpProtocol, otlpHeadersFile: undefined }, environment).metrics;
const defaults = { ...DEFAULTS, protocol: 'http/protobuf', endpoint: 'http://localhost:4318', url: 'http://localhost:4318/v1/metrics' };

it.each<[string, Environment, object]>([
  ['nothing else', {}, {}],
  ['the general endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, { endpoint: 'http://collector:4318', url: 'http://collector:4318/v1/metrics' }],
  ['one with a path', { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector/otlp' }, { endpoint: 'https://collector', url: 'https://collector/otlp/v1/metrics', plain: false }],
  ['one that ends in a slash', { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector/otlp/' }, { endpoint: 'https://collector', url: 'https://collector/otlp/v1/metrics', plain: false }],
  ['the endpoint of metrics, as it is', { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://prometheus:9090/api/v1/otlp/v1/metrics' }, { endpoint: 'http://prometheus:9090', url: 'http://prometheus:9090/api/v1/otlp/v1/metrics' }],
  ['one without a path', { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://collector:4318' }, { endpoint: 'http://collector:4318', url: 'http://collector:4318/' }],
  ['plain text without a port', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector' }, { endpoint: 'http://collector:80', url: 'http://collector/v1/metrics' }],
  [
    'user info and query, which are secrets',
    { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://me:p%40ss@[::1]:4318/in?token=a%2Fb#x' },
    { endpoint: 'https://[::1]:4318', url: 'https://[::1]:4318/in?token=a%2Fb', plain: false, secrets: ['me', 'me', 'p%40ss', 'p@ss', 'a/b', 'a%2Fb'] },
  ],
])('http/protobuf with %s', (_, environment, expected) => {
  expect(metrics({ ...HTTP, ...environment })).toEqual({ ...defaults, ...expected });
});

it('the setting beats the variable of the signal, which beats the general one', () => {
  const [grpc, http] = ['grpc', 'http/protobuf'] as const;
  const general = { OTEL_EXPORTER_OTLP_PROTOCOL: grpc };
  const own = { ...general, OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: http };
  expect([metrics({}), metrics(general), metrics(own), metrics(own, grpc), metrics(general, http)].map((one) => one?.protocol)).toEqual([grpc, grpc, http, grpc, http]);
});

it('logs have a protocol and a path of their own', () => {
  const environment = { OTEL_LOGS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/protobuf', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/x' };
  const { metrics: ofMetrics, logs } = pushSettings({ otlp: true, otlpHeadersFile: undefined }, environment);
  expect([ofMetrics?.protocol, ofMetrics?.url]).toEqual(['grpc', undefined]);
  expect([logs?.protocol, logs?.url]).toEqual(['http/protobuf', 'http://collector:4318/x/v1/logs']);
});

it.each([
  ['collector:4318', 'it does not begin with http:// or https://, which http/protobuf needs'],
  ['unix:///run/otel.sock', 'a unix socket needs the protocol grpc'],
  ['http://me:secret@:x', 'it is not a URL such as http://collector:4318'],
  ['http://collector:0', 'it has port 0, which cannot be reached; use another one, such as http://collector:4318'],
])('refuses %s', (endpoint, why) => {
  expect(problems({ ...HTTP, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, true)).toEqual([`invalid value for OTEL_EXPORTER_OTLP_ENDPOINT: ${why}.`]);
});
