import { mkdirSync, writeFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readyKubernetes } from '../../scripts/lib/test/kubernetes.mjs';
import { at } from '../harness/host.ts';
import { must } from '../harness/run.ts';
import { Cluster, NODE_IP } from './cluster/cluster.ts';

/*
 * What it costs an agent to know all peers of a large cluster: against a real API server, with objects behind which
 * nothing runs. Prints a line for each size.
 */
const SIZES = [
  { services: 100, slices: 1 },
  { services: 1000, slices: 5 },
  { services: 10_000, slices: 50 },
];
const ENDPOINTS = 1000;
const NAMESPACE = '/api/v1/namespaces/default';

const programs = readyKubernetes();
let cluster: Cluster;

beforeAll(async () => {
  if (programs === undefined) throw new Error('there is no Kubernetes: npm run test:kubernetes builds it, with Go');
  cluster = await Cluster.start(programs, false);
  await cluster.until('the namespace', () => cluster.api('GET', NAMESPACE));
  await cluster.api('POST', `${NAMESPACE}/serviceaccounts`, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader' } });
  const rbac = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
  await cluster.api('POST', rbac, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'reader' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: 'default' }] });
  const { status } = await cluster.api('POST', `${NAMESPACE}/serviceaccounts/reader/token`, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7200 } });
  mkdirSync(join(cluster.folder, 'reader'));
  writeFileSync(join(cluster.folder, 'reader', 'token'), status!['token'] as string);
  copyFileSync(join(cluster.folder, 'ca.crt'), join(cluster.folder, 'reader', 'ca.crt'));
}, 120_000);

afterAll(() => cluster?.[Symbol.asyncDispose](), 60_000);

/** Creates objects by one program, because each start of one takes longer than its request. */
async function createAll(path: string, objects: readonly object[]): Promise<void> {
  const file = join(cluster.folder, 'objects.json');
  writeFileSync(file, JSON.stringify({ path, objects, url: `https://${NODE_IP}:6443`, token: join(cluster.folder, 'reader', 'token'), ca: join(cluster.folder, 'ca.crt') }));
  await must(cluster.machine.command(process.execPath, at('test', 'kubernetes', 'create.ts'), file));
}

describe('the peers of a cluster', () => {
  let [services, slices] = [0, 0];

  it.each(SIZES)('of $services services and $slices,000 endpoints', async (size) => {
    const service = (i: number) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: `service-${i}`, labels: { app: `app-${i}` } }, spec: { selector: { app: `app-${i}` }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } });
    const slice = (i: number) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `slice-${i}`, labels: { 'kubernetes.io/service-name': `service-${i}` } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      endpoints: Array.from({ length: ENDPOINTS }, (_, j) => ({ addresses: [`10.${i}.${j >> 8}.${j & 255}`], conditions: { ready: true, serving: true, terminating: false }, nodeName: 'node-1', targetRef: { kind: 'Pod', namespace: 'default', name: `app-${i}-7d9f8c6b5-${j}`, uid: `74c13223-5a00-41e9-b385-42010a80${String(j).padStart(4, '0')}` } })),
    });
    await createAll(`${NAMESPACE}/services`, Array.from({ length: size.services - services }, (_, i) => service(services + i)));
    await createAll('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', Array.from({ length: size.slices - slices }, (_, i) => slice(slices + i)));
    [services, slices] = [size.services, size.slices];
    const options = ['--expose-gc', '--max-old-space-size=256', '--max-semi-space-size=4'];
    const follow = async (mode: string) => JSON.parse(await must(cluster.machine.command(process.execPath, ...options, at('test', 'kubernetes', 'follow.ts'), NODE_IP, '6443', join(cluster.folder, 'reader'), mode))) as Record<string, number>;
    for (const mode of ['services', 'all']) {
      const found = await follow(mode);
      const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
      process.stdout.write(`${mode}: ${size.services} services, ${mode === 'all' ? size.slices * ENDPOINTS : 0} endpoints: +${mib(found['after']! - found['before']!)} (at most +${mib(found['peak']! - found['before']!)}), ${found['requests']} requests, ${found['seconds']!.toFixed(2)} s, ${found['cpu']!.toFixed(2)} s of CPU\n`);
      // The one of the API server itself is in each.
      expect(found).toMatchObject({ services: size.services + 1, slices: mode === 'all' ? size.slices + 1 : 0 });
    }
  }, 1_200_000);
});
