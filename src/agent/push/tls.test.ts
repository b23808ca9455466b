import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { pushSettings } from '../../config/index.ts';
import { pushTls } from './tls.ts';

it('takes files that were renewed, and keeps what they held when they cannot be used, which it says once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-push-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'ca.pem');
  const [first, second] = rootCertificates as [string, string];
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4317', OTEL_EXPORTER_OTLP_CERTIFICATE: path };
  writeFileSync(path, first);
  const lines: unknown[] = [];
  const log = { warn: (...line: unknown[]) => lines.push(line) };
  const read = pushTls(pushSettings({ otlp: undefined, otlpHeadersFile: undefined }, environment).metrics!, 'METRICS', environment, log);
  const authority = () => read()?.ca?.toString();

  expect(authority()).toBe(first);
  writeFileSync(path, second);
  expect(authority()).toBe(second);
  writeFileSync(path, second.slice(0, 100));
  expect([authority(), authority(), lines.length]).toEqual([second, second, 1]);
  rmSync(path);
  expect([authority(), authority()]).toEqual([second, second]);
  const invalid = (error: string) => ({ signal: 'metrics', error: `invalid value ${error}` });
  const kept = 'files for TLS cannot be read again; their previous content is used';
  expect(lines).toEqual([
    [invalid(`'${path}' for OTEL_EXPORTER_OTLP_CERTIFICATE: it contains no certificate in PEM format`), kept],
    [invalid('for OTEL_EXPORTER_OTLP_CERTIFICATE, which must be the path of a file, not its content: the file does not exist'), kept],
  ]);
  writeFileSync(path, first);
  expect(authority()).toBe(first);
});

it('reads nothing where the push is plain text', () => {
  const tls = { ca: undefined, cert: undefined, key: undefined };
  expect(pushTls({ plain: true, tls }, 'LOGS', { OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere' }, { warn: () => expect.unreachable() })()).toBeUndefined();
});
