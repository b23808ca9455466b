import { describe, expect, it } from 'vitest';
import { DEFAULTS, type Environment, otlpSettings, problems } from './fixtures.ts';
import { isSdkDisabled } from './otlp.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' };

describe('whether metrics are pushed', () => {
  it.each<[boolean, boolean | undefined, Environment]>([
    [false, undefined, {}],
    [true, true, {}],
    [true, undefined, ENDPOINT],
    [true, undefined, { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://collector' }],
    [false, undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }],
    [false, undefined, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4317' }],
    [false, false, ENDPOINT],
    [true, undefined, { OTEL_METRICS_EXPORTER: 'otlp' }],
    [true, undefined, { OTEL_METRICS_EXPORTER: ' Prometheus , otlp' }],
    [false, undefined, { ...ENDPOINT, OTEL_METRICS_EXPORTER: 'none' }],
    [false, undefined, { ...ENDPOINT, OTEL_METRICS_EXPORTER: 'prometheus' }],
    [true, true, { ...ENDPOINT, OTEL_METRICS_EXPORTER: 'prometheus' }],
    [false, undefined, { ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }],
    [false, true, { ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }],
    [true, undefined, { ...ENDPOINT, OTEL_SDK_DISABLED: '1' }],
  ])('%s with --otlp %s and %j', (expected, otlp, environment) => {
    expect(otlpSettings(otlp, environment) !== undefined).toBe(expected);
  });

  it('knows the switch for all telemetry', () => {
    expect(isSdkDisabled({ OTEL_SDK_DISABLED: 'True ' })).toBe(true);
    expect(isSdkDisabled({ OTEL_SDK_DISABLED: 'false' })).toBe(false);
    expect(isSdkDisabled({})).toBe(false);
  });
});

describe('how metrics are pushed', () => {
  it.each<[string, Environment, object]>([
    ['nothing', {}, {}],
    ['the interval', { OTEL_METRIC_EXPORT_INTERVAL: '90000' }, { interval: 90_000 }],
    ['the shortest interval', { OTEL_METRIC_EXPORT_INTERVAL: '100' }, { interval: 100, timeout: 100, requestTimeout: 100 }],
    ['a short interval bounds the rest', { OTEL_METRIC_EXPORT_INTERVAL: '2000' }, { interval: 2000, timeout: 2000, requestTimeout: 2000 }],
    ['the time-out', { OTEL_METRIC_EXPORT_TIMEOUT: '4000' }, { timeout: 4000, requestTimeout: 4000 }],
    [
      "the signal's request time-out before the general one",
      { OTEL_EXPORTER_OTLP_TIMEOUT: '7000', OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '3000' },
      { requestTimeout: 3000 },
    ],
    ['an empty variable is not set', { OTEL_METRIC_EXPORT_INTERVAL: '', OTEL_EXPORTER_OTLP_PROTOCOL: ' ' }, {}],
    ['grpc', { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' }, {}],
    ['temporality in any case', { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'Delta' }, { temporality: 'delta' }],
    [
      'histograms',
      { OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram' },
      { exponentialHistograms: true },
    ],
    ['compression', { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip', OTEL_EXPORTER_OTLP_INSECURE: 'True' }, { compression: 'gzip' }],
    ['an endpoint without a scheme', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }, { endpoint: 'https://collector:4317', plain: false }],
    ['the same without TLS', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317', OTEL_EXPORTER_OTLP_INSECURE: 'true' }, { endpoint: 'http://collector:4317' }],
    ['an endpoint without a port', { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector' }, { endpoint: 'https://collector', plain: false }],
    ['the port of http', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:80' }, { endpoint: 'http://collector:80' }],
    ['the port of https', { OTEL_EXPORTER_OTLP_ENDPOINT: 'HTTP://[::1]:443/' }, { endpoint: 'http://[::1]:443' }],
    ['plain text without a port', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector', OTEL_EXPORTER_OTLP_INSECURE: 'true' }, { endpoint: 'http://collector:443' }],
    ['a unix socket', { OTEL_EXPORTER_OTLP_ENDPOINT: 'unix:///run/otel.sock' }, { endpoint: 'a unix socket', socket: '/run/otel.sock', plain: false }],
    ['its path as it stands', { OTEL_EXPORTER_OTLP_ENDPOINT: 'unix:///run/a b%20?.sock', OTEL_EXPORTER_OTLP_INSECURE: 'true' }, { endpoint: 'a unix socket', socket: '/run/a b%20?.sock' }],
    [
      'user info is a secret and no part of what is shown',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://me:p%40ss@collector:4317/v1?token=x' },
      { endpoint: 'https://collector:4317', plain: false, secrets: ['me', 'me', 'p%40ss', 'p@ss'] },
    ],
    [
      'header values are secrets, with their words',
      { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc123,', OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-key= k1 ' },
      { headerNames: ['authorization', 'x-key'], secrets: ['k1', 'k1', 'k1', 'Bearer%20abc123', 'Bearer abc123', 'Bearer', 'abc123'] },
    ],
    [
      'so is what is in Basic credentials',
      { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=basic%20dXNlcjpTRUM6UkVU' },
      {
        headerNames: ['authorization'],
        secrets: ['basic%20dXNlcjpTRUM6UkVU', 'basic dXNlcjpTRUM6UkVU', 'basic', 'dXNlcjpTRUM6UkVU', 'user:SEC:RET', 'SEC:RET'],
      },
    ],
  ])('%s', (_, environment, expected) => {
    expect(otlpSettings(true, environment)).toEqual({ ...DEFAULTS, ...expected });
  });
});

describe('what cannot be used is refused by name', () => {
  it.each<[Environment, string]>([
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobug' },
      "invalid value 'http/protobug' for OTEL_EXPORTER_OTLP_PROTOCOL: it is not one of grpc, http/protobuf; did you mean 'http/protobuf'?",
    ],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json' },
      "invalid value 'http/json' for OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: it is not one of grpc, http/protobuf.",
    ],
    [
      { OTEL_METRIC_EXPORT_INTERVAL: '10s' },
      "invalid value '10s' for OTEL_METRIC_EXPORT_INTERVAL: it is not a whole number of milliseconds.",
    ],
    [{ OTEL_METRIC_EXPORT_INTERVAL: '99' }, "invalid value '99' for OTEL_METRIC_EXPORT_INTERVAL: it is below 100 milliseconds: each export collects all metrics."],
    [{ OTEL_METRIC_EXPORT_TIMEOUT: '0' }, "invalid value '0' for OTEL_METRIC_EXPORT_TIMEOUT: it is below 1 millisecond."],
    [
      { OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '86400001' },
      "invalid value '86400001' for OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: it is above a day (86400000).",
    ],
    [
      { OTEL_METRICS_EXPORTER: 'otlpp' },
      "invalid value 'otlpp' for OTEL_METRICS_EXPORTER: it is not one of otlp, prometheus, none; did you mean 'otlp'?",
    ],
    [
      { OTEL_EXPORTER_OTLP_COMPRESSION: 'zstd' },
      "invalid value 'zstd' for OTEL_EXPORTER_OTLP_COMPRESSION: it is not one of none, gzip.",
    ],
    [
      { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'low' },
      "invalid value 'low' for OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: it is not one of cumulative, delta, lowmemory.",
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:secret@:x' },
      'invalid value for OTEL_EXPORTER_OTLP_ENDPOINT: it is not a URL such as http://collector:4317.',
    ],
    [
      { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'grpc://collector:4317' },
      'invalid value for OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: it does not begin with http://, https:// or unix://.',
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector' },
      'invalid value for OTEL_EXPORTER_OTLP_ENDPOINT: it has no port; add one, such as http://collector:4317.',
    ],
    ...['http://collector:0', 'https://collector:0', 'collector:00'].map((endpoint): [Environment, string] => [
      { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
      'invalid value for OTEL_EXPORTER_OTLP_ENDPOINT: it has port 0, which cannot be reached; use another one, such as http://collector:4317.',
    ]),
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:70000' },
      'invalid value for OTEL_EXPORTER_OTLP_ENDPOINT: it is not a URL such as http://collector:4317.',
    ],
  ])('%j', (environment, message) => {
    expect(problems(environment, true)).toEqual([message]);
  });

  it.each(['unix:/run/secret', 'unix:secret', 'unix://run/secret', 'unix:///', 'UNIX:///run/secret'])('the unix socket %s, which the exporter takes for something else', (text) => {
    expect(problems({ OTEL_EXPORTER_OTLP_ENDPOINT: text }, true)).toEqual([
      'invalid value for OTEL_EXPORTER_OTLP_ENDPOINT: a unix socket must be written unix:///path, with an absolute path.',
    ]);
  });

  it.each([
    ['secret', 'an entry is not name=value'],
    ['a b=secret', 'a name is empty or has characters that gRPC does not allow'],
    ['=secret', 'a name is empty or has characters that gRPC does not allow'],
    ...['connection', 'Keep-Alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'http2-settings', 'te', 'Host', 'content-length'].map(
      (name): [string, string] => [`${name}=secret`, `${name.toLowerCase()} is a header that HTTP/2 reserves`],
    ),
    ['%3Apath=secret', ':path is a header that HTTP/2 reserves'],
    ...['User-Agent', 'content-type', 'accept-encoding', 'Content-Encoding'].map((name): [string, string] => [`${name}=secret`, `${name.toLowerCase()} is a header that the exporter sets itself`]),
    ...['grpc-timeout', 'Grpc-Encoding', 'grpc-own'].map(
      (name): [string, string] => [`${name}=secret`, `${name.toLowerCase()} is a header that gRPC reserves`],
    ),
    ['key-bin=secret', 'a name ends in -bin, which means binary data in gRPC'],
    ['key=sec%0aret', 'a value is empty or has characters that gRPC does not allow'],
    ['key=', 'a value is empty or has characters that gRPC does not allow'],
    ['key=secret%zz', 'a % is not followed by two hexadecimal digits'],
  ])('the header %j, without its text', (entry, why) => {
    expect(problems({ OTEL_EXPORTER_OTLP_HEADERS: `fine=1,${entry}` }, true)).toEqual([
      `invalid value for OTEL_EXPORTER_OTLP_HEADERS: ${why} (entry 2 of the list).`,
    ]);
  });

  it('says all of them at once, and none where nothing is pushed', () => {
    const environment = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_METRIC_EXPORT_INTERVAL: '-1', OTEL_EXPORTER_OTLP_COMPRESSION: 'br' };
    expect(problems(environment, true).length).toBe(3);
    expect(problems(environment)).toEqual([]);
  });

  it('says all of them also beside lists of exporters that cannot be read, of metrics and of logs', () => {
    expect(
      problems({
        OTEL_METRICS_EXPORTER: 'otpl',
        OTEL_METRIC_EXPORT_INTERVAL: '-1',
        OTEL_EXPORTER_OTLP_COMPRESSION: 'br',
        OTEL_LOGS_EXPORTER: 'console',
        OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: '1s',
      }),
    ).toEqual([
      "invalid value 'otpl' for OTEL_METRICS_EXPORTER: it is not one of otlp, prometheus, none; did you mean 'otlp'?",
      "invalid value 'br' for OTEL_EXPORTER_OTLP_COMPRESSION: it is not one of none, gzip",
      "invalid value '-1' for OTEL_METRIC_EXPORT_INTERVAL: it is not a whole number of milliseconds",
      "invalid value 'console' for OTEL_LOGS_EXPORTER: it is not one of otlp, none",
      "invalid value '1s' for OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: it is not a whole number of milliseconds",
    ]);
  });
});
