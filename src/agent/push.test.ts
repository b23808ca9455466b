import { diag } from '@opentelemetry/api';
import { expect, it, vi } from 'vitest';
import type { Logger } from '../internal/log.ts';
import type { PushReaderOptions } from '../export/otlp-reader.ts';
import type { Collector } from '../metrics/index.ts';
import { openPush } from './push.ts';

const given: PushReaderOptions[] = [];
vi.mock('../export/otlp.ts', () => ({ otlpReader: (options: PushReaderOptions) => (given.push(options), {}) }));

async function push(environment: Record<string, string>, otlp?: boolean) {
  given.length = 0;
  const lines: unknown[] = [];
  const at = (level: string) => (fields: object | string, msg?: string) => lines.push(typeof fields === 'string' ? [level, fields] : [level, msg, fields]);
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } as unknown as Logger;
  const opened = await openPush({ otlp, environment, log, timeLeft: () => 0 });
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

it('pushes nothing when nothing asks for it: no reader, and its failures are 0', async () => {
  const { opened, lines } = await push({});
  expect([opened.readers, opened.failures(), lines]).toEqual([undefined, { otlp: 0 }, []]);
  opened.close();
});

it('says why --otlp has no effect', async () => {
  const { opened, lines } = await push({ OTEL_SDK_DISABLED: 'true' }, true);
  expect([opened.readers, lines]).toEqual([undefined, [['warn', 'OTEL_SDK_DISABLED is true: nothing is pushed']]]);
  opened.close();
});
