import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { afterEach, expect, it } from 'vitest';
import { collection, counter } from '../fixtures.ts';
import type { Connection } from './connection.ts';
import { metricExporter } from './metrics-http.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function listen(server: Pick<Server, 'listen' | 'address' | 'close' | 'once'>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server as Server, 'listening');
  cleanups.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (answer: RequestListener) => {
  const server = createServer(answer);
  cleanups.push(() => server.closeAllConnections());
  return listen(server);
};

function exporterTo(origin: string, more: Partial<Connection> = {}, timeout = 500): PushMetricExporter {
  const connection: Connection = {
    endpoint: origin,
    url: `${origin}/v1/metrics`,
    compression: 'none',
    headers: () => [['x-tenant', 'blue']],
    tls: () => undefined,
    userAgent: 'connwatch/test',
    ...more,
  };
  const exporter = metricExporter(connection, timeout);
  cleanups.push(() => exporter.shutdown());
  return exporter;
}

const sent = collection(counter('a.counter', { x: 7 }));
const push = (exporter: PushMetricExporter) => new Promise<ExportResult>((done) => exporter.export(sent, done));

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

it.each(['none', 'gzip'] as const)('posts protobuf with its headers, compression %s', async (compression) => {
  const taken: [string | undefined, IncomingMessage['headers'], Buffer][] = [];
  const origin = await serve((request, response) => void bodyOf(request).then((body) => (taken.push([`${request.method} ${request.url}`, request.headers, body]), response.end())));
  expect(await push(exporterTo(origin, { compression }))).toEqual({ code: ExportResultCode.SUCCESS });
  const [[line, headers, body]] = taken as [(typeof taken)[number]];
  expect(line).toBe('POST /v1/metrics');
  expect(headers).toMatchObject({ 'content-type': 'application/x-protobuf', 'x-tenant': 'blue', 'user-agent': expect.stringMatching(/^connwatch\/test OTel-OTLP-Exporter-JavaScript\//) });
  expect(compression === 'gzip' ? gunzipSync(body) : body).toEqual(Buffer.from(ProtobufMetricsSerializer.serializeRequest(sent)!));
});

/** A google.rpc.Status, as a collector sends it. */
const status = (text: string) => Buffer.concat([Buffer.from([0x08, 16, 0x12, ...(text.length < 128 ? [text.length] : [(text.length & 0x7f) | 0x80, text.length >> 7])]), Buffer.from(text)]);
const long = 'data refused '.repeat(20).trim();

it.each<[string, RequestListener, string]>([
  ['text', (_, response) => response.writeHead(401).end('unknown token'), 'HTTP 401 Unauthorized: unknown token'],
  ['a status of protobuf', (_, response) => response.writeHead(400).end(status('bad point')), 'HTTP 400 Bad Request: bad point'],
  ['a long one', (_, response) => response.writeHead(413).end(status(long)), `HTTP 413 Payload Too Large: ${long}`],
  ['a wrong path', (_, response) => response.writeHead(404).end(), 'HTTP 404 Not Found; check the path: the general endpoint gets /v1/metrics or /v1/logs added, that of a signal is used as it is'],
  ['another place', (_, response) => response.writeHead(301, { location: 'http://127.0.0.1:1/' }).end(), 'HTTP 301 Moved Permanently'],
  ['no capacity', (_, response) => response.writeHead(503).end(), 'HTTP 429, 502, 503 or 504: the receiver, or a proxy before it, is overloaded or away'],
  ['nothing', () => {}, 'no answer in time'],
])('says why when it is answered with %s', async (_, answer, message) => {
  const { code, error } = await push(exporterTo(await serve(answer)));
  expect([code, error?.message]).toEqual([ExportResultCode.FAILED, message]);
});

it('says that the port speaks gRPC, and that nobody listens', async () => {
  const grpc = await listen(createHttp2() as unknown as Server);
  expect((await push(exporterTo(grpc))).error?.message).toBe('the server there does not speak HTTP/1.1; it may be a port of OTLP/gRPC (4317, OTLP/HTTP has 4318)');
  const server = createTcp();
  const nobody = await listen(server as unknown as Server);
  server.close();
  expect((await push(exporterTo(nobody))).error?.message).toMatch(/^connect ECONNREFUSED /);
});

it('repeats a request that may succeed later, until it is closed', async () => {
  let asked = 0;
  const first = Promise.withResolvers<void>();
  const origin = await serve((_, response) => {
    asked += 1;
    response.writeHead(503, { 'retry-after': '1' }).end();
    first.resolve();
  });
  const exporter = exporterTo(origin, {}, 60_000);
  const result = push(exporter);
  await first.promise;
  await exporter.shutdown();
  expect((await result).code).toBe(ExportResultCode.FAILED);
  expect(asked).toBe(1);
});
