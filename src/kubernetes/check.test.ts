import { expect, it } from 'vitest';
import { tryKubernetes } from './check.ts';
import { FakeServer, list } from './fixtures.ts';
import type { Mode } from './kubernetes.ts';

async function checked(server: FakeServer, kubernetes: Mode = 'auto', environment = server.environment): Promise<string[] | undefined> {
  const settings = { kubernetes, kubernetesPeers: 'off' as const, nodeName: 'node-1', kubeletAddress: `127.0.0.1:${server.port}`, kubeletCaFile: undefined, kubeletInsecure: false };
  const tried = await tryKubernetes({ settings, environment, folder: server.folder });
  return tried?.map(({ what, problem = 'works' }) => `${what}: ${problem.replace(`https://127.0.0.1:${server.port}`, '')}`);
}

it('tries both ways and the owners, and says what each answers', async () => {
  await using server = await FakeServer.start();
  server.answers.set('/pods', list([])).set('/api/v1/pods', list([]));
  expect(await checked(server)).toEqual(['kubelet: works', 'api: works', 'owners: works']);
  expect(server.asked.sort()).toEqual([
    '/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1&limit=1',
    '/apis/apps/v1/namespaces/default/replicasets/connwatch-doctor application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    '/pods',
  ]);
  expect(await checked(server, 'api')).toEqual(['api: works', 'owners: works']);
  expect(await checked(server, 'kubelet')).toEqual(['kubelet: works', 'owners: works']);
  server.answers.set('/pods', 401).set('/api/v1/pods', 403).set('/apis/apps/v1/namespaces/default/replicasets/connwatch-doctor', 403);
  expect(await checked(server)).toEqual(['kubelet: /pods: it answers 401', 'api: /api/v1/pods: it answers 403', 'owners: /apis/apps/v1/namespaces/default/replicasets/connwatch-doctor: it answers 403']);
});

it('tries nothing outside of a cluster, or when it is off', async () => {
  await using server = await FakeServer.start();
  expect(await checked(server, 'auto', {})).toBeUndefined();
  expect(await checked(server, 'off')).toBeUndefined();
  expect(server.asked).toEqual([]);
});

it('tries the lists of peers that the setting asks for', async () => {
  await using server = await FakeServer.start();
  server.answers.set('/api/v1/services', list([])).set('/api/v1/nodes', list([])).set('/api/v1/pods', list([]));
  const peers = async (kubernetesPeers: 'all' | 'services') => {
    const settings = { kubernetes: 'api' as const, kubernetesPeers, nodeName: 'node-1', kubeletAddress: undefined, kubeletCaFile: undefined, kubeletInsecure: false };
    const tried = await tryKubernetes({ settings, environment: server.environment, folder: server.folder });
    return tried?.find(({ what }) => what === 'peers')?.problem?.replace(`https://127.0.0.1:${server.port}`, '');
  };
  expect(await peers('services')).toBeUndefined();
  server.answers.set('/apis/discovery.k8s.io/v1/endpointslices', 403);
  expect(await peers('all')).toBe('/apis/discovery.k8s.io/v1/endpointslices: it answers 403');
});
