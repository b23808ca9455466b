import { describe, expect, it } from 'vitest';
import type { Nameable } from '../../identity/index.ts';
import { hex, podObject, type PodGiven } from '../fixtures.ts';
import { podOf } from '../objects/pod.ts';
import { PodNames } from './names.ts';
import type { Owners } from './owners.ts';
import type { PodSource } from './source.ts';
import { PodTable } from './table.ts';

const A = hex('a');
const B = hex('b');
const inPod = (id: string, podUid = 'u1', podContainer?: string): Nameable => ({ kind: 'container', id, runtime: 'containerd', podUid, ...(podContainer !== undefined && { podContainer }) });

/** Names with a clock and a list that the test drives. */
class Bench {
  now = 1000;
  sought = 0;
  readonly table = new PodTable();
  readonly names: PodNames;
  owners: Pick<Owners, 'of'> = { of: ({ owner }) => owner };

  constructor() {
    this.names = new PodNames({ owners: { of: (pod) => this.owners.of(pod) }, elapsed: () => this.now, wait: 100 });
    this.names.source = { name: 'kubelet', table: this.table, seek: () => (this.sought += 1), close: () => Promise.resolve() } satisfies PodSource;
  }

  /** The kubelet tells these, a moment later. */
  told(...pods: PodGiven[]): void {
    this.now += 1;
    this.table.replace(pods.map((pod) => podOf(podObject(pod))!), this.now);
  }
}

const statefulSet = { kind: 'StatefulSet', name: 'db' };

describe('PodNames', () => {
  it('names a container of a pod, and does so ever after', () => {
    const bench = new Bench();
    bench.told({ name: 'db-0', uid: 'u1', owner: statefulSet, containers: { postgres: A, exporter: B } });
    const name = bench.names.of(inPod(A));
    expect(name).toEqual({
      attributes: { 'k8s.namespace.name': 'shop', 'k8s.statefulset.name': 'db', 'k8s.container.name': 'postgres' },
      pod: { 'k8s.pod.name': 'db-0', 'k8s.pod.uid': 'u1' },
    });
    bench.told();
    bench.now += 1e9;
    expect(bench.names.of(inPod(A))).toBe(name);
    expect(bench.sought).toBe(1);
  });

  it('has no name for a container outside of pods, and does not look for it', () => {
    const bench = new Bench();
    expect(bench.names.of({ kind: 'container', id: A, runtime: 'docker', podUid: undefined })).toBeUndefined();
    expect(bench.sought).toBe(0);
  });

  it('looks for a container once, says later until its time is over, and then has the id', () => {
    const bench = new Bench();
    expect([bench.names.of(inPod(A)), bench.names.wanted]).toEqual(['later', true]);
    bench.now += 99;
    expect([bench.names.of(inPod(A)), bench.names.wanted]).toEqual(['later', true]);
    bench.now += 1;
    expect([bench.names.of(inPod(A)), bench.names.wanted]).toEqual([undefined, false]);
    // The list may have been missing, so a new key of it looks once more, and not again at once.
    expect([bench.names.of(inPod(A)), bench.sought]).toEqual([undefined, 2]);
    bench.now += 100;
    expect([bench.names.of(inPod(A)), bench.sought]).toEqual([undefined, 3]);
    // Another key of it later: it has a name by then.
    bench.told({ name: 'db-0', uid: 'u1', owner: statefulSet, containers: { postgres: A } });
    expect(bench.names.of(inPod(A))).toMatchObject({ attributes: { 'k8s.container.name': 'postgres' } });
  });

  it('knows the only container of a pod by a list that is newer than it, without its id', () => {
    const bench = new Bench();
    bench.told({ name: 'db-0', uid: 'u1', owner: statefulSet, containers: { postgres: '' } });
    // It may be a second one that the list does not have yet.
    expect(bench.names.of(inPod(A))).toBe('later');
    bench.told({ name: 'db-0', uid: 'u1', owner: statefulSet, containers: { postgres: '' } });
    expect(bench.names.of(inPod(A))).toMatchObject({ attributes: { 'k8s.container.name': 'postgres' } });
    // It restarts in the same pod.
    expect(bench.names.of(inPod(B))).toBe('later');
    bench.told({ name: 'db-0', uid: 'u1', owner: statefulSet, containers: { postgres: A } });
    expect(bench.names.of(inPod(B))).toEqual(bench.names.of(inPod(A)));
  });

  it('waits for the id where a pod has several, and then has what is known beside the id', () => {
    const bench = new Bench();
    bench.told({ name: 'db-0', uid: 'u1', owner: statefulSet, containers: { postgres: '', exporter: '' } });
    expect(bench.names.of(inPod(A))).toBe('later');
    bench.told({ name: 'db-0', uid: 'u1', owner: statefulSet, containers: { postgres: B, exporter: '' } });
    expect(bench.names.of(inPod(A))).toBe('later');
    bench.now += 100;
    expect(bench.names.of(inPod(A))).toEqual({
      attributes: { 'k8s.namespace.name': 'shop', 'k8s.statefulset.name': 'db', 'workload.container.id': A },
      pod: { 'k8s.pod.name': 'db-0', 'k8s.pod.uid': 'u1' },
      incomplete: true,
    });
  });

  it('waits for the owner, and then has the one next to the pod', () => {
    const bench = new Bench();
    bench.owners = { of: () => 'later' };
    bench.told({ name: 'web-1-x', uid: 'u1', owner: { kind: 'ReplicaSet', name: 'web-1' }, containers: { nginx: A } });
    expect(bench.names.of(inPod(A))).toBe('later');
    bench.now += 100;
    expect(bench.names.of(inPod(A))).toMatchObject({ attributes: { 'k8s.replicaset.name': 'web-1', 'k8s.container.name': 'nginx' }, incomplete: true });
  });

  it('tells a pod that nobody owns apart by its own name', () => {
    const bench = new Bench();
    bench.told({ name: 'debug', uid: 'u1', containers: { shell: A } });
    expect(bench.names.of(inPod(A))).toEqual({
      attributes: { 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'debug', 'k8s.container.name': 'shell' },
      pod: { 'k8s.pod.name': 'debug', 'k8s.pod.uid': 'u1' },
      ownsItself: true,
    });
  });

  it.each([
    ['Deployment', 'apps/v1', { 'k8s.deployment.name': 'o' }],
    ['DaemonSet', 'apps/v1', { 'k8s.daemonset.name': 'o' }],
    ['ReplicaSet', 'apps/v1', { 'k8s.replicaset.name': 'o' }],
    ['Job', 'batch/v1', { 'k8s.job.name': 'o' }],
    ['CronJob', 'batch/v1', { 'k8s.cronjob.name': 'o' }],
    ['ReplicationController', 'v1', { 'k8s.replicationcontroller.name': 'o' }],
    ['Rollout', 'argoproj.io/v1alpha1', { 'k8s.owner.kind': 'Rollout', 'k8s.owner.name': 'o' }],
    ['Deployment', 'example.com/v1', { 'k8s.owner.kind': 'Deployment', 'k8s.owner.name': 'o' }],
    ['constructor', 'v1', { 'k8s.owner.kind': 'constructor', 'k8s.owner.name': 'o' }],
  ])('names a %s of %s', (kind, apiVersion, attributes) => {
    const bench = new Bench();
    bench.told({ name: 'p', uid: 'u1', owner: { kind, apiVersion, name: 'o' }, containers: { c: A } });
    expect(bench.names.of(inPod(A))).toMatchObject({ attributes: { 'k8s.namespace.name': 'shop', ...attributes, 'k8s.container.name': 'c' } });
  });

  it('counts a container inside of a container, as in Docker in Docker, for the outer one', () => {
    const bench = new Bench();
    bench.told({ name: 'ci', uid: 'u1', owner: statefulSet, containers: { dind: A, other: '' } });
    expect(bench.names.of(inPod(B, 'u1', A))).toMatchObject({ attributes: { 'k8s.container.name': 'dind' } });
    expect(bench.sought).toBe(1);
  });

  it("names the pod of what runs in a pod's cgroup, outside of its containers", () => {
    const bench = new Bench();
    bench.told({ name: 'db-0', uid: 'u1', owner: statefulSet, containers: { postgres: A } });
    expect(bench.names.of({ kind: 'pod', podUid: 'u1' })).toEqual({
      attributes: { 'k8s.namespace.name': 'shop', 'k8s.statefulset.name': 'db' },
      pod: { 'k8s.pod.name': 'db-0', 'k8s.pod.uid': 'u1' },
    });
  });

  it('still names a pod that was deleted before it was asked for', () => {
    const bench = new Bench();
    bench.told({ name: 'db-0', uid: 'u1', owner: statefulSet, containers: { postgres: A } });
    bench.told();
    expect(bench.table.size).toBe(0);
    expect(bench.names.of(inPod(A))).toMatchObject({ attributes: { 'k8s.container.name': 'postgres' } });
  });

  it('remembers 8,192 containers', () => {
    const bench = new Bench();
    for (let i = 0; i <= 8192; i++) bench.names.of(inPod(String(i)));
    expect(bench.sought).toBe(8193);
    bench.names.of(inPod('8192'));
    expect(bench.sought).toBe(8193);
    bench.names.of(inPod('0'));
    expect(bench.sought).toBe(8194);
  });
});

describe('PodTable', () => {
  const pod = (uid: string, containers: Record<string, string> = {}) => podOf(podObject({ name: uid, uid, containers }))!;

  it('keeps the ids that a container had before', () => {
    const table = new PodTable();
    for (let i = 0; i < 100; i++) table.set(pod('u', { app: String(i) }));
    const ids = [...table.get('u')!.containers.keys()];
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([64, '36', '99']);
  });

  it('keeps 1,000 deleted pods and 4,000 others', () => {
    const table = new PodTable();
    for (let i = 0; i < 5000; i++) table.set(pod(String(i)));
    expect([table.size, table.get('3999')?.name, table.get('4000')]).toEqual([4000, '3999', undefined]);
    table.replace([], 1);
    expect([table.size, table.get('2999'), table.get('3000')?.name]).toEqual([0, undefined, '3000']);
  });
});
