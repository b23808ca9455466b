import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diag } from '@opentelemetry/api';
import { expect, it, vi } from 'vitest';
import { pushSettings } from '../../config/index.ts';
import type { OtlpReaderOptions } from '../../export/otlp/otlp.ts';
import type { PushReaderOptions } from '../../export/otlp/reader.ts';
import type { Logger } from '../../internal/log/log.ts';
import type { Collector } from '../../metrics/index.ts';
import { pushHeaders } from './headers.ts';
import { openPush } from './push.ts';

type Options = PushReaderOptions & Pick<OtlpReaderOptions, 'headers'>;
const given: Options[] = [];
vi.mock('../../export/otlp/otlp.ts', () => ({ loadMetricExporter: () => Promise.resolve(undefined), otlpReader: (options: Options) => (given.push(options), {}) }));

async function push(environment: Record<string, string>, otlp?: boolean, otlpHeadersFile?: string) {
  given.length = 0;
  const lines: unknown[] = [];
  const at = (level: string) => (fields: object | string, msg?: string) => lines.push(typeof fields === 'string' ? [level, fields] : [level, msg, fields]);
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } as unknown as Logger;
  const pushed = pushSettings({ otlp, otlpHeadersFile }, environment);
  const opened = await openPush({ settings: pushed.metrics, headers: pushHeaders(pushed, log), otlp, environment, log, timeLeft: () => 0 });
  opened.readers?.({ producer: () => ({}) } as unknown as Collector);
  return { opened, lines, options: given[0] };
}

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:pass@collector:4317', OTEL_EXPORTER_OTLP_HEADERS: 'key=hush%20hush' };
const endpoint = 'http://collector:4317';
const refused = 'metrics cannot be pushed';

it('says once that exports fail, and once that they succeed again; counts each', async () => {
  const { opened, lines, options } = await push(ENDPOINT);
  lines.length = 0;
  const results = [undefined, undefined, new Error('14 UNAVAILABLE: gone'), new Error('b'), undefined, undefined, new Error('c')];
  for (const result of results) options!.onExport(result);
  expect(lines).toEqual([
    ['info', 'metrics are pushed', { exporter: 'otlp', endpoint }],
    ['warn', refused, { exporter: 'otlp', endpoint, code: 'CW_PUSH', error: 'UNAVAILABLE: gone' }],
    ['debug', refused, { exporter: 'otlp', endpoint, code: 'CW_PUSH', error: 'b' }],
    ['info', 'metrics are pushed again', { exporter: 'otlp', endpoint, failures: 2 }],
    ['warn', refused, { exporter: 'otlp', endpoint, code: 'CW_PUSH', error: 'c' }],
  ]);
  expect(opened.failures()).toEqual({ otlp: 3 });
  opened.close();
});

it('shows no credentials, whoever repeats them', async () => {
  const { opened, lines, options } = await push(ENDPOINT);
  options!.onExport(new Error('16 UNAUTHENTICATED: unknown key hush hush'));
  options!.onIncomplete(new Error('pass'));
  diag.warn('the header hush%20hush');
  expect(JSON.stringify(lines)).not.toMatch(/hush|pass/);
  expect(lines.length).toBe(4);
  opened.close();
});

it('reads the file with headers for each new exporter; hides what it held and what it holds', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-push-'));
  const path = join(folder, 'headers');
  const holds = (text: string) => writeFileSync(path, text);
  holds('authorization=Bearer%20older');
  const { opened, lines, options } = await push({}, true, path);
  expect(options!.headers()).toEqual([['authorization', 'Bearer older']]);
  holds('authorization=Bearer%20newer');
  expect(options!.headers()).toEqual([['authorization', 'Bearer newer']]);
  options!.onExport(new Error('older, newer'));
  holds('newest');
  expect(() => options!.headers()).toThrow(`${path} (otlp-headers-file) cannot be used: an entry is not name=value (entry 1 of the list)`);
  rmSync(folder, { recursive: true });
  expect(() => options!.headers()).toThrow('the file does not exist');
  expect(lines.at(-1)).toEqual(['warn', refused, { exporter: 'otlp', endpoint: 'http://localhost:4317', code: 'CW_PUSH', error: '<hidden>, <hidden>' }]);
  opened.close();
});

it('shows no credentials of logs either, also where only these are pushed', async () => {
  const { opened, lines } = await push({ OTEL_LOGS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'key=hush%20hush' });
  diag.warn('the header hush hush');
  expect(lines).toEqual([['warn', 'the header <hidden>', { source: 'opentelemetry' }]]);
  opened.close();
});

it('pushes nothing when nothing asks for it: no reader, and its failures are 0', async () => {
  const { opened, lines } = await push({});
  expect([opened.readers, opened.failures(), lines]).toEqual([undefined, { otlp: 0 }, []]);
  opened.close();
});

it('says why --otlp has no effect', async () => {
  const { opened, lines } = await push({ OTEL_SDK_DISABLED: 'true' }, true);
  expect([opened.readers, lines]).toEqual([undefined, [['warn', 'OTEL_SDK_DISABLED is true, so nothing is pushed']]]);
  opened.close();
});
