import { describe, expect, it } from 'vitest';
import type { Name, Nameable } from '../identity/index.ts';
import { FakeServer, FakeWatch, hex, list, ownedObject, podObject } from './fixtures.ts';
import { Kubernetes, type KubernetesSettings } from './index.ts';

const A = hex('a');
const B = hex('b');
const inPod = (id: string, podUid = 'u1'): Nameable => ({ kind: 'container', id, runtime: 'containerd', podUid });
const REPLICA_SET = '/apis/apps/v1/namespaces/shop/replicasets/checkout-1';
const checkout = podObject({ name: 'checkout-1-x', uid: 'u1', owner: { kind: 'ReplicaSet', name: 'checkout-1', uid: 'r1' }, containers: { app: A, proxy: B } });
const NAMED: Name = {
  attributes: { 'k8s.namespace.name': 'shop', 'k8s.deployment.name': 'checkout', 'k8s.container.name': 'app' },
  pod: { 'k8s.pod.name': 'checkout-1-x', 'k8s.pod.uid': 'u1' },
};

const OFF: KubernetesSettings = { kubernetes: 'auto', kubernetesPeers: 'off', nodeName: undefined, kubeletAddress: undefined, kubeletCaFile: undefined, kubeletInsecure: false };

/** One server is both: the API server and the kubelet. */
function open(server: FakeServer, settings: Partial<KubernetesSettings>) {
  const lines: string[] = [];
  const say = (fields: object | string, message?: string) => void lines.push(typeof fields === 'string' ? fields : (message ?? ''));
  const options = { settings: { ...OFF, ...settings }, environment: server.environment, folder: server.folder, log: { info: say, warn: say }, delay: 0 };
  const kubernetes = Kubernetes.create(options);
  kubernetes?.start();
  return {
    kubernetes: kubernetes!,
    lines,
    [Symbol.asyncDispose]: () => kubernetes?.close() ?? Promise.resolve(),
  };
}

/** The agent asks once in a window; this one does so after each request. */
async function named(kubernetes: Kubernetes, cgroup: Nameable): Promise<Name | undefined> {
  for (let name = kubernetes.of(cgroup); ; name = kubernetes.of(cgroup)) {
    if (name !== 'later') return name;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe('Kubernetes', () => {
  it('takes the kubelet if it answers, and asks the API server for the Deployment only', async () => {
    await using server = await FakeServer.start();
    server.answers.set('/pods', list([checkout]));
    server.answers.set(REPLICA_SET, ownedObject('r1', { kind: 'Deployment', name: 'checkout' }));
    await using agent = open(server, { nodeName: 'node-1', kubeletAddress: `127.0.0.1:${server.port}` });
    expect(await named(agent.kubernetes, inPod(A))).toEqual(NAMED);
    expect(agent.kubernetes.source).toBe('kubelet');
    expect([...new Set(server.asked)]).toEqual(['/pods', `${REPLICA_SET} application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1`]);
    expect(agent.lines).toEqual(['pods have names']);
    expect(agent.kubernetes.requests).toEqual({ kubelet: { ok: expect.any(Number) as number, failed: 0 }, api: { ok: 1, failed: 0 } });
  });

  it('reads the list again until the container is in it', async () => {
    await using server = await FakeServer.start();
    server.answers.set('/pods', list([]));
    await using agent = open(server, { kubernetes: 'kubelet', kubeletAddress: `127.0.0.1:${server.port}` });
    expect(agent.kubernetes.of(inPod(A))).toBe('later');
    await server.request('/pods');
    server.answers.set('/pods', list([podObject({ name: 'db-0', uid: 'u1', owner: { kind: 'StatefulSet', name: 'db' }, containers: { db: A } })]));
    expect(await named(agent.kubernetes, inPod(A))).toMatchObject({ attributes: { 'k8s.statefulset.name': 'db' } });
  });

  it.each([
    ['refuses', 403],
    ['sends no list', { items: 7 }],
    ['sends half of it', '{"items":['],
  ])('follows the pods of its node at the API server if the kubelet %s', async (_, answer) => {
    await using server = await FakeServer.start();
    const watch = new FakeWatch();
    server.answers.set('/pods', answer);
    server.answers.set('/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1&resourceVersion=0&limit=500', list([], '7'));
    server.answers.set('/api/v1/pods', watch.answer);
    server.answers.set(REPLICA_SET, ownedObject('r1', { kind: 'Deployment', name: 'checkout' }));
    await using agent = open(server, { nodeName: 'node-1', kubeletAddress: `127.0.0.1:${server.port}` });
    await watch.opened();
    expect(agent.kubernetes.of(inPod(A))).toBe('later');
    watch.send({ type: 'ADDED', object: checkout });
    expect(await named(agent.kubernetes, inPod(A))).toEqual(NAMED);
    // Deleted within a second: its last counts still have a name.
    watch.send({ type: 'DELETED', object: podObject({ name: 'once', uid: 'u2', containers: { run: '' } }) }, { type: 'ADDED', object: podObject({ name: 'once', uid: 'u3', containers: { run: '' } }) }, { type: 'DELETED', object: podObject({ name: 'once', uid: 'u3', containers: { run: '' } }) });
    expect(await named(agent.kubernetes, inPod(hex('c'), 'u3'))).toMatchObject({ attributes: { 'k8s.pod.name': 'once', 'k8s.container.name': 'run' } });
    expect(agent.kubernetes.source).toBe('api');
    expect(agent.lines).toEqual(['the kubelet does not tell its pods; the API server is asked instead', 'pods have names']);
  });

  it('tells the kubelet nothing if its certificate is of another authority', async () => {
    await using server = await FakeServer.start();
    await using node = await FakeServer.start();
    node.authority = 'other.crt';
    const watch = new FakeWatch();
    server.answers.set('/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1&resourceVersion=0&limit=500', list([], '7'));
    server.answers.set('/api/v1/pods', watch.answer);
    await using agent = open(server, { nodeName: 'node-1', kubeletAddress: `127.0.0.1:${node.port}`, kubeletCaFile: `${node.folder}/ca.crt` });
    await watch.opened();
    expect([...node.tokens]).toEqual([]);
    expect(agent.kubernetes.source).toBe('api');
  });

  it('keeps the names it has while the servers are away, says so once, and goes on when they are back', async () => {
    await using server = await FakeServer.start();
    server.answers.set('/pods', list([checkout]));
    server.answers.set(REPLICA_SET, ownedObject('r1', { kind: 'Deployment', name: 'checkout' }));
    await using agent = open(server, { nodeName: 'node-1', kubeletAddress: `127.0.0.1:${server.port}` });
    expect(await named(agent.kubernetes, inPod(A))).toEqual(NAMED);
    server.answers.set('/pods', (_, response) => void response.destroy());
    server.disconnect();
    expect(agent.kubernetes.of(inPod(hex('d'), 'u9'))).toBe('later');
    await server.request('/pods');
    await server.request('/pods');
    expect(agent.kubernetes.of(inPod(A))).toEqual(NAMED);
    server.answers.set('/pods', list([checkout, podObject({ name: 'late', uid: 'u9', containers: { run: '' } })]));
    expect(await named(agent.kubernetes, inPod(hex('d'), 'u9'))).toMatchObject({ attributes: { 'k8s.pod.name': 'late' } });
    expect(agent.lines.slice(1)).toEqual(['Kubernetes does not tell pods; what it names has ids and addresses until it does', 'Kubernetes tells pods again']);
  });

  it('goes on without the pods that are not as expected', async () => {
    await using server = await FakeServer.start();
    server.answers.set('/pods', list([{ metadata: { name: 1 } }, [] as object, podObject({ name: 'ok', uid: 'u1', containers: { c: A } })]));
    await using agent = open(server, { kubernetes: 'kubelet', kubeletAddress: `127.0.0.1:${server.port}` });
    expect(await named(agent.kubernetes, inPod(A))).toMatchObject({ attributes: { 'k8s.pod.name': 'ok' } });
  });

  it.each<[string, Partial<KubernetesSettings>, RegExp]>([
    ['kubelet', { kubernetes: 'kubelet', nodeName: 'node-1' }, /--kubernetes kubelet needs --kubelet-address/],
    ['api', { kubernetes: 'api', kubeletAddress: '10.0.0.7' }, /--kubernetes api needs --node-name/],
  ])('refuses %s without what it needs', async (_, settings, message) => {
    await using server = await FakeServer.start();
    expect(() => open(server, settings)).toThrow(message);
  });

  it('is off outside of a cluster unless it is asked for', async () => {
    await using server = await FakeServer.start();
    const log = { info: () => {}, warn: () => {} };
    const create = (kubernetes: 'auto' | 'api' | 'off', environment: Record<string, string>, folder: string) => Kubernetes.create({ settings: { ...OFF, kubernetes, nodeName: 'node-1' }, environment, folder, log });
    expect(create('auto', {}, server.folder)).toBeUndefined();
    expect(create('auto', server.environment, '/nowhere')).toBeUndefined();
    expect(create('off', server.environment, server.folder)).toBeUndefined();
    expect(() => create('api', server.environment, '/nowhere')).toThrow(/needs a pod with the token of a service account/);
  });

  it('names nothing, and says so, where the chart does not say which node it is', async () => {
    await using server = await FakeServer.start();
    await using agent = open(server, {});
    expect(agent.kubernetes).toBeUndefined();
    expect(agent.lines).toEqual(['pods have no names: set --node-name or --kubelet-address, or --kubernetes off']);
  });

  it('follows what peers are called, and waits for it once at the start', async () => {
    await using server = await FakeServer.start();
    const watch = new FakeWatch();
    const payments = { metadata: { name: 'payments', namespace: 'shop', resourceVersion: '5' }, spec: { clusterIP: '10.96.0.7', ports: [{ port: 443 }] } };
    server.answers.set('/pods', list([]));
    server.answers.set('/api/v1/services?limit=500', list([payments], '7'));
    server.answers.set('/api/v1/services', watch.answer);
    server.answers.set('/api/v1/nodes', (request, response) => {
      if (request.url!.includes('watch')) response.flushHeaders();
      else response.end(JSON.stringify(list([])));
    });
    await using agent = open(server, { kubernetes: 'kubelet', kubernetesPeers: 'services', kubeletAddress: `127.0.0.1:${server.port}` });
    const peers = agent.kubernetes.peers!;
    expect([peers.ready, peers.of('10.96.0.7', 443)]).toEqual([false, undefined]);
    await watch.opened();
    while (!peers.ready) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(peers.of('10.96.0.7', 443)).toBe('payments.shop.svc');
    const gone = { ...payments, metadata: { ...payments.metadata, resourceVersion: '8' }, spec: { clusterIP: 'None' } };
    watch.send({ type: 'MODIFIED', object: gone });
    while (peers.of('10.96.0.7', 443) !== undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    watch.send({ type: 'ADDED', object: { ...payments, metadata: { ...payments.metadata, resourceVersion: '9' } } }, { type: 'DELETED', object: { ...payments, metadata: { ...payments.metadata, resourceVersion: '10' } } }, { type: 'ADDED', object: { ...payments, metadata: { name: 'next', namespace: 'shop', resourceVersion: '11' } } });
    while (peers.of('10.96.0.7', 443) === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(peers.of('10.96.0.7', 443)).toBe('next.shop.svc');
    expect(server.asked.some((url) => url.includes('endpointslices'))).toBe(false);
  });
});
