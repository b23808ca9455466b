import { readFileSync } from 'node:fs';
import { ServerCredentials } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { doctor } from '../harness/doctor.ts';
import { Certificates, noOpenssl } from './certificates.ts';
import { Receiver } from './receiver.ts';

async function collector(OTEL_EXPORTER_OTLP_ENDPOINT: string, env: Readonly<Record<string, string>> = {}) {
  const { checks } = await doctor([], { env: { OTEL_EXPORTER_OTLP_ENDPOINT, ...env } });
  return checks.find(({ id }) => id === 'collector');
}

describe('connwatch doctor and a collector', () => {
  it('says whether it can be reached', async () => {
    await using receiver = await Receiver.start();
    const endpoint = `http://127.0.0.1:${receiver.port}`;
    expect(await collector(endpoint)).toMatchObject({ status: 'ok', found: `${endpoint} can be reached` });
    await receiver[Symbol.asyncDispose]();
    expect(await collector(endpoint)).toMatchObject({ status: 'degraded', found: `${endpoint}: it refuses connections` });
    expect(receiver.requests).toEqual([]);
  });

  it.skipIf(noOpenssl)(`does so by TLS${noOpenssl === undefined ? '' : ` (${noOpenssl})`}`, async () => {
    using certificates = await Certificates.make();
    const { path } = certificates;
    const [authority, private_key, cert_chain] = ['ca.pem', 'server.key', 'server.pem'].map((name) => readFileSync(path(name)));
    const credentials = ServerCredentials.createSsl(authority!, [{ private_key: private_key!, cert_chain: cert_chain! }]);
    await using receiver = await Receiver.start({ credentials });
    const endpoint = `https://127.0.0.1:${receiver.port}`;
    expect(await collector(endpoint)).toMatchObject({ status: 'degraded', found: expect.stringMatching(/: its certificate is not accepted \(\w+\)$/) });
    expect(await collector(endpoint, { OTEL_EXPORTER_OTLP_CERTIFICATE: path('ca.pem') })).toMatchObject({ status: 'ok' });
  });
});
