import { type ChildProcess, spawn } from 'node:child_process';
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

/** OpenSSL's own server, which wants a certificate of the authority. To be disposed of. */
class StrictServer implements Disposable {
  readonly endpoint: Promise<string>;
  readonly #child: ChildProcess;

  constructor({ path }: Certificates) {
    const own = ['-cert', path('server.pem'), '-key', path('server.key'), '-CAfile', path('ca.pem')];
    this.#child = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-alpn', 'h2', '-Verify', '1', '-verify_return_error', ...own], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.endpoint = new Promise((resolve, reject) => {
      let said = '';
      this.#child.stdout?.on('data', (chunk) => {
        const address = /^ACCEPT (\S+:\d+)$/m.exec((said += String(chunk)))?.[1];
        if (address !== undefined) resolve(`https://${address}`);
      });
      this.#child.on('close', () => reject(new Error(`openssl s_server ended: ${said}`)));
    });
    this.endpoint.catch(() => {});
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
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

  it.skipIf(noOpenssl)(`says that it rejects the client${noOpenssl === undefined ? '' : ` (${noOpenssl})`}`, async () => {
    using certificates = await Certificates.make();
    using others = await Certificates.make();
    const { path } = certificates;
    const [authority, private_key, cert_chain] = ['ca.pem', 'server.key', 'server.pem'].map((name) => readFileSync(path(name)));
    const credentials = ServerCredentials.createSsl(authority!, [{ private_key: private_key!, cert_chain: cert_chain! }], true);
    await using receiver = await Receiver.start({ credentials });
    const endpoint = `https://127.0.0.1:${receiver.port}`;
    const found = async (client: Certificates | undefined, at = endpoint) => {
      const own = client && { OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: client.path('client.pem'), OTEL_EXPORTER_OTLP_CLIENT_KEY: client.path('client.key') };
      return await collector(at, { OTEL_EXPORTER_OTLP_CERTIFICATE: path('ca.pem'), ...own });
    };
    expect(await found(undefined)).toMatchObject({
      status: 'degraded',
      found: `${endpoint}: it asks for a client certificate (OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE)`,
    });
    // Node.js closes, as a server; OpenSSL and Go say why before they do.
    const closes = `${endpoint}: it accepts the connection and closes it; perhaps it does not accept the client certificate`;
    expect(await found(others)).toMatchObject({ status: 'degraded', found: closes });
    using strict = new StrictServer(certificates);
    const refused = `${await strict.endpoint}: it does not accept the client certificate (ERR_SSL_TLSV1_ALERT_UNKNOWN_CA)`;
    expect(await found(others, await strict.endpoint)).toMatchObject({ status: 'degraded', found: refused });
    expect(await found(certificates)).toMatchObject({ status: 'ok' });
  });
});
