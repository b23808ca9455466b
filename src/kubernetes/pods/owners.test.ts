import { describe, expect, it } from 'vitest';
import { Backoff } from '../access/backoff.ts';
import { Client } from '../access/client.ts';
import { type Answer, FakeServer, ownedObject, podObject } from '../fixtures.ts';
import { podOf } from '../objects/pod.ts';
import { Owners } from './owners.ts';

const REPLICA_SET = '/apis/apps/v1/namespaces/shop/replicasets/web-1';
const web = podOf(podObject({ name: 'web-1-x', uid: 'u', owner: { kind: 'ReplicaSet', name: 'web-1', uid: 'r1' } }))!;

async function open(refused?: number) {
  const server = await FakeServer.start();
  const client = new Client(server.endpoint);
  const errors: string[] = [];
  const owners = new Owners(client, new Backoff({ first: 1, most: 1 }), (error) => errors.push((error as Error).message.replace(client.name, 'server')), refused);
  return {
    server,
    owners,
    errors,
    async [Symbol.asyncDispose]() {
      owners.close();
      client.close();
      await owners.idle;
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('Owners', () => {
  it('asks for the Deployment of a ReplicaSet, by metadata, once for all of its pods', async () => {
    await using bench = await open();
    bench.server.answers.set(REPLICA_SET, ownedObject('r1', { kind: 'Deployment', name: 'web' }));
    expect([bench.owners.of(web), bench.owners.of({ ...web, name: 'web-1-y' })]).toEqual(['later', 'later']);
    await bench.owners.idle;
    expect(bench.owners.of(web)).toMatchObject({ group: 'apps', kind: 'Deployment', name: 'web' });
    expect(bench.server.asked).toEqual([`${REPLICA_SET} application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1`]);
    expect(bench.errors).toEqual([]);
  });

  it('asks for the CronJob of a Job', async () => {
    await using bench = await open();
    const pod = podOf(podObject({ name: 'night-28-x', uid: 'u', owner: { apiVersion: 'batch/v1', kind: 'Job', name: 'night-28', uid: 'j1' } }))!;
    bench.server.answers.set('/apis/batch/v1/namespaces/shop/jobs/night-28', ownedObject('j1', { apiVersion: 'batch/v1', kind: 'CronJob', name: 'night' }));
    bench.owners.of(pod);
    await bench.owners.idle;
    expect(bench.owners.of(pod)).toMatchObject({ kind: 'CronJob', name: 'night' });
  });

  it('asks for nothing else', async () => {
    await using bench = await open();
    const of = (kind: string, apiVersion = 'apps/v1') => bench.owners.of(podOf(podObject({ name: 'p', uid: 'u', owner: { kind, apiVersion, name: 'o' } }))!);
    expect([of('DaemonSet'), of('ReplicaSet', 'example.com/v1')]).toMatchObject([{ kind: 'DaemonSet' }, { group: 'example.com', kind: 'ReplicaSet' }]);
    expect(bench.owners.of(podOf(podObject({ name: 'p', uid: 'u' }))!)).toBeUndefined();
    expect(bench.server.asked).toEqual([]);
  });

  it.each<[string, Answer, number]>([
    ['has no owner', ownedObject('r1'), 0],
    ['is gone', 404, 0],
    ['is another one by now', ownedObject('r2', { kind: 'Deployment', name: 'web' }), 0],
    ['is not told', 403, 1],
    ['is not what was asked for', { metadata: { name: 7 } }, 0],
  ])('takes the ReplicaSet itself if it %s', async (_, answer, errors) => {
    await using bench = await open();
    bench.server.answers.set(REPLICA_SET, answer);
    bench.owners.of(web);
    await bench.owners.idle;
    expect(bench.owners.of(web)).toMatchObject({ kind: 'ReplicaSet', name: 'web-1' });
    expect(bench.errors.length).toBe(errors);
  });

  it('asks again after a while if it was refused, for pods that come later', async () => {
    await using bench = await open(20);
    bench.server.answers.set(REPLICA_SET, 403);
    bench.owners.of(web);
    await bench.owners.idle;
    expect(bench.owners.of(web)).toMatchObject({ kind: 'ReplicaSet' });
    bench.server.answers.set(REPLICA_SET, ownedObject('r1', { kind: 'Deployment', name: 'web' }));
    await expect.poll(() => bench.owners.of(web), { timeout: 10_000 }).toMatchObject({ kind: 'Deployment', name: 'web' });
  });

  it.each([['does not answer', 500], ['sends half of it', '{"metadata":{"na']] as const)('asks again as long as the API server %s', async (_, answer) => {
    await using bench = await open();
    bench.server.answers.set(REPLICA_SET, answer);
    bench.owners.of(web);
    await bench.server.request(REPLICA_SET);
    await bench.server.request(REPLICA_SET);
    expect(bench.owners.of(web)).toBe('later');
    bench.server.answers.set(REPLICA_SET, ownedObject('r1', { kind: 'Deployment', name: 'web' }));
    await bench.owners.idle;
    expect(bench.owners.of(web)).toMatchObject({ name: 'web' });
    expect(bench.errors.length).toBeGreaterThan(0);
  });
});
