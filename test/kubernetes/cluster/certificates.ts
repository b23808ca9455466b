import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../../harness/run.ts';

/** The authority of a cluster, certificates for its servers, one for who may do anything, and the key of service accounts. */
export async function makeCertificates(folder: string, addresses: readonly string[]): Promise<void> {
  const path = (name: string): string => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await must(['openssl', 'req', '-x509', ...key, '-days', '2', '-subj', '/CN=cluster', '-keyout', path('ca.key'), '-out', path('ca.crt')]);
  writeFileSync(path('names'), `subjectAltName=${addresses.map((address) => `IP:${address}`).join()},DNS:kubernetes,DNS:kubernetes.default.svc`);
  const names = { server: '/CN=server', admin: '/O=system:masters/CN=admin' };
  for (const [name, subject] of Object.entries(names)) {
    await must(['openssl', 'req', ...key, '-subj', subject, '-keyout', path(`${name}.key`), '-out', path(`${name}.csr`)]);
    await must(['openssl', 'x509', '-req', '-in', path(`${name}.csr`), '-CA', path('ca.crt'), '-CAkey', path('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', path('names'), '-out', path(`${name}.crt`)]);
  }
  await must(['openssl', 'genrsa', '-out', path('accounts.key'), '2048']);
}

export function kubeconfig(folder: string, server: string): string {
  const path = (name: string): string => join(folder, name);
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, 'certificate-authority': path('ca.crt') } }],
    users: [{ name: 'u', user: { 'client-certificate': path('admin.crt'), 'client-key': path('admin.key') } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}
