import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, run } from '../harness/run.ts';

/** Why no certificates can be made; undefined where they can. */
export const noOpenssl: string | undefined = await run(['openssl', 'version']).then(
  () => undefined,
  () => 'openssl is not there',
);

/** An authority, and a certificate of it for each of server and client, as files. To be disposed of. */
export class Certificates implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'connwatch-tls-'));

  static async make(): Promise<Certificates> {
    const certificates = new Certificates();
    const { path } = certificates;
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    await must(['openssl', 'req', '-x509', ...key, '-days', '2', '-subj', '/CN=authority', '-keyout', path('ca.key'), '-out', path('ca.pem')]);
    writeFileSync(path('names'), 'subjectAltName=IP:127.0.0.1');
    for (const name of ['server', 'client']) {
      await must(['openssl', 'req', ...key, '-subj', `/CN=${name}`, '-keyout', path(`${name}.key`), '-out', path(`${name}.csr`)]);
      const sign = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', path('names')];
      await must(['openssl', 'x509', '-req', '-in', path(`${name}.csr`), ...sign, '-out', path(`${name}.pem`)]);
    }
    return certificates;
  }

  /** Of `ca.pem`, `server.pem`, `server.key`, `client.pem`, `client.key`. */
  readonly path = (name: string): string => join(this.#folder, name);

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
