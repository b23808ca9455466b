import { describe, expect, it } from 'vitest';
import { hex, podObject } from '../fixtures.ts';
import { podOf } from './pod.ts';

const A = hex('a');
const B = hex('b');

describe('podOf', () => {
  it('keeps where it belongs, who controls it, and its containers by id', () => {
    const owner = { kind: 'ReplicaSet', name: 'checkout-7d9f', uid: 'r1' };
    expect(podOf(podObject({ name: 'checkout-7d9f-x2x4z', uid: 'u1', owner, containers: { app: A, proxy: B } }))).toEqual({
      cgroupUid: 'u1',
      uid: 'u1',
      name: 'checkout-7d9f-x2x4z',
      namespace: 'shop',
      node: 'node-1',
      owner: { group: 'apps', kind: 'ReplicaSet', name: 'checkout-7d9f', uid: 'r1' },
      containers: new Map([[A, 'app'], [B, 'proxy']]),
      only: undefined,
    });
  });

  it('knows containers of every kind: init, sidecar, ephemeral', () => {
    const pod = podOf(podObject({ name: 'p', uid: 'u', containers: { app: hex('1') }, init: { migrate: hex('2'), mesh: hex('3') }, ephemeral: { 'debugger-x': hex('4') } }));
    expect(Object.fromEntries(pod!.containers)).toEqual({ [hex('1')]: 'app', [hex('2')]: 'migrate', [hex('3')]: 'mesh', [hex('4')]: 'debugger-x' });
    expect(pod!.only).toBeUndefined();
  });

  it('knows a container that has restarted by its id before and by its new one', () => {
    const pod = podObject({ name: 'p', uid: 'u', containers: { app: B } }) as { status: { containerStatuses: { lastState: object }[] } };
    pod.status.containerStatuses[0]!.lastState = { terminated: { exitCode: 1, containerID: `cri-o://${A}` } };
    expect(Object.fromEntries(podOf(pod)!.containers)).toEqual({ [A]: 'app', [B]: 'app' });
  });

  it('knows the only container before it has an id', () => {
    expect(podOf(podObject({ name: 'p', uid: 'u', containers: { app: '' } }))).toMatchObject({ only: 'app', containers: new Map() });
  });

  it('finds a static pod by the hash in its cgroups; its node does not own it', () => {
    const hash = '36b6d6be73b1065af369b3985edafa09';
    const mirror = podObject({ name: 'etcd-node-1', uid: 'u', owner: { apiVersion: 'v1', kind: 'Node', name: 'node-1' }, annotations: { 'kubernetes.io/config.hash': hash, 'kubernetes.io/config.mirror': hash } });
    expect(podOf(mirror)).toMatchObject({ cgroupUid: hash, uid: 'u', owner: undefined });
  });

  it('takes the controller among several owners', () => {
    const pod = podObject({ name: 'p', uid: 'u' }) as { metadata: Record<string, unknown> };
    pod.metadata['ownerReferences'] = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'c', uid: '1' }, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', name: 'w', uid: '2', controller: true }];
    expect(podOf(pod)!.owner).toEqual({ group: 'argoproj.io', kind: 'Workflow', name: 'w', uid: '2' });
  });

  const good = podObject({ name: 'p', uid: 'u', containers: { app: A } }) as Record<string, Record<string, unknown>>;
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'Pod'],
    ['a list', []],
    ['no metadata', { ...good, metadata: undefined }],
    ['a name that is a number', { ...good, metadata: { ...good['metadata'], name: 7 } }],
    ['a name that is too long', { ...good, metadata: { ...good['metadata'], name: 'x'.repeat(254) } }],
    ['no uid', { ...good, metadata: { ...good['metadata'], uid: undefined } }],
    ['owners that are a text', { ...good, metadata: { ...good['metadata'], ownerReferences: 'me' } }],
    ['containers that are an object', { ...good, spec: { containers: {} } }],
    ['statuses that are numbers', { ...good, status: { containerStatuses: [1] } }],
  ])('refuses %s', (_, object) => {
    expect(podOf(object)).toBeUndefined();
  });

  it('has no status yet', () => {
    expect(podOf({ ...good, status: undefined })).toMatchObject({ name: 'p', containers: new Map() });
  });
});
