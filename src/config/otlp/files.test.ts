import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULTS, type Environment, otlpSettings, problems } from './fixtures.ts';
import { readHeadersFile } from './headers-file.ts';
import { pushSettings } from './push.ts';

const invalidFile = (name: string, path: string) => `invalid value '${path}' for ${name}: `;
const invalidPath = (name: string) => `invalid value for ${name}, which must be the path of a file, not its content: `;

describe('certificates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-certificates-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const certificate = file('ca.pem', rootCertificates[0]!);
  const key = file('key.pem', String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })));
  const text = file('text', 'no PEM');
  const missing = join(folder, 'missing.pem');
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);

  it.each<[Environment, string[]]>([
    [{ OTEL_EXPORTER_OTLP_CERTIFICATE: certificate }, []],
    [
      { OTEL_EXPORTER_OTLP_CERTIFICATE: missing },
      [`${invalidPath('OTEL_EXPORTER_OTLP_CERTIFICATE')}the file does not exist.`],
    ],
    [
      { OTEL_EXPORTER_OTLP_CERTIFICATE: certificate, OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE: folder },
      [`${invalidPath('OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE')}it is a directory.`],
    ],
    [
      { OTEL_EXPORTER_OTLP_CERTIFICATE: pipe, OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certificate, OTEL_EXPORTER_OTLP_CLIENT_KEY: '/dev/zero' },
      [
        `${invalidPath('OTEL_EXPORTER_OTLP_CERTIFICATE')}it is a pipe, not a regular file`,
        `${invalidPath('OTEL_EXPORTER_OTLP_CLIENT_KEY')}it is a device, not a regular file`,
      ],
    ],
    [
      { OTEL_EXPORTER_OTLP_CERTIFICATE: text },
      [`${invalidFile('OTEL_EXPORTER_OTLP_CERTIFICATE', text)}it contains no certificate in PEM format.`],
    ],
    [
      { OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certificate, OTEL_EXPORTER_OTLP_CLIENT_KEY: text },
      [`${invalidFile('OTEL_EXPORTER_OTLP_CLIENT_KEY', text)}it contains no private key in PEM format without a passphrase.`],
    ],
    [
      { OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certificate, OTEL_EXPORTER_OTLP_CLIENT_KEY: key },
      [`${invalidFile('OTEL_EXPORTER_OTLP_CLIENT_KEY', key)}it is not the key of the client certificate.`],
    ],
    [
      { OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY: key },
      ['OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY also needs OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE.'],
    ],
    [
      { OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certificate },
      ['OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE also needs OTEL_EXPORTER_OTLP_CLIENT_KEY.'],
    ],
  ])('%j', (environment, messages) => {
    expect(problems(environment, true)).toEqual(messages);
  });
});

describe('the file with headers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-headers-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'headers');

  it.each(['authorization=Bearer%20abc123,x-key=k1', '\n authorization=Bearer%20abc123\r\nx-key = k1\n'])('%j is a list of two; its values are secrets', (text) => {
    writeFileSync(path, text);
    expect(readHeadersFile(path).pairs).toEqual([['authorization', 'Bearer abc123'], ['x-key', 'k1']]);
    const secrets = ['Bearer%20abc123', 'Bearer abc123', 'Bearer', 'abc123', 'k1', 'k1', 'k1'];
    expect(otlpSettings(true, {}, path)).toEqual({ ...DEFAULTS, headersFile: path, headerNames: ['authorization', 'x-key'], secrets });
    const logs = { OTEL_LOGS_EXPORTER: 'otlp' };
    expect(pushSettings({ otlp: false, otlpHeadersFile: path }, logs).logs).toMatchObject({ headersFile: path, secrets });
  });

  it.each([
    ['', 'it contains no header'],
    ['fine=1\nsecret', 'an entry is not name=value (entry 2 of the list)'],
    ['a b=secret,key=secret%zz', 'a name is empty or has characters that gRPC does not allow (entry 1 of the list); a % is not followed by two hexadecimal digits (entry 2 of the list)'],
  ])('%j is refused once for both signals, without its text', (text, why) => {
    writeFileSync(path, text);
    expect(problems({ OTEL_LOGS_EXPORTER: 'otlp' }, true, path)).toEqual([`${invalidFile('otlp-headers-file', path)}${why}.`]);
  });

  it('must be there where something is pushed', () => {
    const missing = join(folder, 'missing');
    expect(problems({}, true, missing)).toEqual([`${invalidPath('otlp-headers-file')}the file does not exist.`]);
    expect(problems({}, true, folder)).toEqual([`${invalidPath('otlp-headers-file')}it is a directory.`]);
    expect(problems({}, true, '/dev/zero')).toEqual([`${invalidPath('otlp-headers-file')}it is a device, not a regular file.`]);
    expect(problems({}, undefined, missing)).toEqual([]);
  });

  it('is at most 1 MiB long', () => {
    writeFileSync(path, `a=${'b'.repeat(1 << 20)}`);
    expect(problems({}, true, path)).toEqual([`${invalidPath('otlp-headers-file')}it is larger than 1 MiB.`]);
  });
});
