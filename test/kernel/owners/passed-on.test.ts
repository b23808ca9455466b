import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Actor } from '../../accuracy/world/actor.ts';
import { Network } from '../../accuracy/world/network.ts';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { Cgroup, hierarchies } from '../../harness/kernel/cgroup.ts';
import { Namespace } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { must } from '../../harness/run.ts';
import { type Counts, countsMade, countsOf } from '../../harness/scrape/counts.ts';
import { Generator } from '../../harness/traffic.ts';
import { until } from '../../harness/until.ts';

const HERE = '127.0.0.1';
const CLOSED_PORT = 7;
const PORT = 9000;
/** Where every second SYN is dropped: a connect succeeds after a second. */
const LATE_PORT = 9001;
const [hierarchy] = hierarchies();

/** A process in a container of its own, that makes one socket call after the other. */
interface Contained {
  readonly actor: Actor;
  readonly name: string;
  /** Its workload_container_id. */
  readonly container: string;
}

// More of these, without containers, are in test/accuracy/cases/owners.ts.
describeKernel('sockets that change hands', () => {
  const random = announcedRandom('passed-on');
  let agent: Agent;
  let namespace: Namespace;
  let generator: Generator;
  let folder: string;
  const cgroups: Cgroup[] = [];
  const actors: Actor[] = [];

  beforeAll(async () => void (agent = await Agent.start()));
  afterAll(() => agent[Symbol.asyncDispose]());
  beforeEach(async () => {
    namespace = await Namespace.create();
    generator = new Generator();
    folder = mkdtempSync(join(tmpdir(), 'cw-'));
  });
  afterEach(async () => {
    // Nobody may be in a cgroup that is removed.
    for (const actor of actors.splice(0)) await actor.kill();
    generator[Symbol.dispose]();
    for (const cgroup of cgroups.splice(0)) cgroup.remove();
    await namespace[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  async function contained(role: string, where = namespace): Promise<Contained> {
    const name = random.name(role);
    const id = createHash('sha256').update(name).digest('hex');
    const cgroup = new Cgroup(hierarchy, `/docker/${id}`);
    cgroups.push(cgroup);
    const actor = await Actor.start(generator, name, { command: (...command) => cgroup.command(...where.command(...command)) });
    actors.push(actor);
    return { actor, name, container: id };
  }

  const of = (counts: Partial<Counts>): Counts => ({ attempts: 0, successes: 0, failures: {}, pending: 0, accepts: 0, ...counts });
  const refused = (count: number): Counts => of({ attempts: count, failures: { refused: count } });

  /** Everything of an executable is under its own container, and is this. */
  async function shows(...expected: readonly (readonly [who: Contained, counts: Counts])[]): Promise<void> {
    await agent.settles(
      (page) =>
        expected.map(([{ name, container }]) => [
          countsOf(page, { process_executable_name: name, workload_container_id: container }),
          countsOf(page, { process_executable_name: name }),
        ]),
      expected.map(([, counts]) => [counts, counts]),
    );
  }

  /** By the process that each connect is shown under. */
  async function showsProcesses(expected: Readonly<Record<number, number>>): Promise<void> {
    const pids = Object.keys(expected);
    const look = (pid: string): number => agent.history.sum('tcp_connects_by_pid', { pid });
    await agent.settles(() => Object.fromEntries(pids.map((pid) => [pid, look(pid)])), expected);
  }

  const pass = async (from: Contained, slot: number, to: Contained, as: number): Promise<void> => {
    const path = join(folder, `${from.name}-${slot}`);
    await Promise.all([to.actor.do(`take ${as} ${path}`), from.actor.do(`pass ${slot} ${path}`)]);
  };

  it('are of who connects: a process in another container that was given the socket', async () => {
    const [maker, client] = [await contained('maker'), await contained('client')];
    const count = random.between(5, 10);
    for (let slot = 0; slot < count; slot++) {
      await maker.actor.do(`socket ${slot} 4`);
      await pass(maker, slot, client, slot);
      await client.actor.fails('ECONNREFUSED', `connect ${slot} ${HERE} ${CLOSED_PORT}`);
    }
    await shows([maker, of({})], [client, refused(count)]);
    await showsProcesses({ [maker.actor.pid]: 0, [client.actor.pid]: count });
  });

  it('stay of who connected when it ends before its connect does', async () => {
    const [client, keeper, server] = [await contained('ended'), await contained('keeper'), await contained('server')];
    const drop = `table inet late { chain input { type filter hook input priority 0; tcp dport ${LATE_PORT} drop; }; }`;
    await must(namespace.command('nft', '-f', '-'), drop);
    await server.actor.do('socket 0 4', `bind 0 ${HERE} ${LATE_PORT}`, 'listen 0 8');
    await client.actor.do('socket 0 4', 'set 0 nonblock');
    expect(await client.actor.ask(`connect 0 ${HERE} ${LATE_PORT}`)).toMatchObject([{ errno: 'EINPROGRESS' }]);
    await pass(client, 0, keeper, 0);
    await client.actor.finish();
    await shows([client, of({ attempts: 1, pending: 1 })]);
    // The next SYN, after 1, 2, or 4 s, is answered.
    await must(namespace.command('nft', 'delete', 'table', 'inet', 'late'));
    await server.actor.do('accept 0 1');
    await shows([client, of({ attempts: 1, successes: 1 })], [keeper, of({})], [server, of({ accepts: 1 })]);
  });

  it('that listen are of who called listen(): pre-forked and socket-activated servers', async () => {
    const [master, first, second, client] = [await contained('master'), await contained('first'), await contained('second'), await contained('client')];
    await master.actor.do('socket 0 4', `bind 0 ${HERE} ${PORT}`, 'listen 0 64');
    const [one, other] = [random.between(3, 9), random.between(3, 9)];
    const connects = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => [`socket ${from + i} 4`, `connect ${from + i} ${HERE} ${PORT}`]).flat();
    const accepts = (count: number) => Array.from({ length: count }, (_, i) => `accept 0 ${i + 1}`);
    await pass(master, 0, first, 0);
    await client.actor.do(...connects(0, one));
    await first.actor.do(...accepts(one));
    await pass(first, 0, second, 0);
    // Who called listen() may be gone.
    await master.actor.finish();
    await client.actor.do(...connects(one, other));
    await second.actor.do(...accepts(other));
    const made = one + other;
    await shows([master, of({ accepts: made })], [first, of({})], [second, of({})], [client, of({ attempts: made, successes: made })]);
  });

  it('that share a port are each of its own listener: SO_REUSEPORT', async () => {
    const servers = [await contained('server-a'), await contained('server-b'), await contained('server-c')];
    const client = await contained('client');
    const listen = ['socket 0 4', 'set 0 reuseport', `bind 0 ${HERE} ${PORT}`, 'listen 0 128'];
    for (const { actor } of servers) await actor.do(...listen);
    const count = random.between(60, 100);
    const name = random.name('many');
    const many = await generator.run(name, ['plain', '--port', `${PORT}`, '--count', `${count}`, '--end', 'rst'], namespace);
    expect(many.successes).toBe(count);
    // The kernel has spread them, and each server knows what is in its queue.
    const truths: Counts[] = [];
    for (const { actor } of servers) truths.push(countsMade(await actor.finish()));
    expect(truths.reduce((sum, { accepts }) => sum + accepts, 0)).toBe(count);
    await shows(...servers.map((server, i) => [server, truths[i]!] as const), [client, of({})]);
  });

  describe.each(['worker', 'poller'])('io_uring, by its %s', (how) => {
    it('are of the process, whichever thread of the kernel connects', async () => {
      const client = await contained('uring');
      const count = random.between(5, 20);
      for (let slot = 0; slot < count; slot++) {
        await client.actor.do(`socket ${slot} 4`);
        await client.actor.fails('ECONNREFUSED', `uring ${slot} ${HERE} ${CLOSED_PORT} ${how}`);
      }
      await shows([client, refused(count)]);
      await showsProcesses({ [client.actor.pid]: count });
    });

    it('are of the process, whichever thread of the kernel listens', async () => {
      const [server, client] = [await contained('uring'), await contained('client')];
      const count = random.between(5, 20);
      await server.actor.do('socket 0 4', `bind 0 ${HERE} ${PORT}`, `uring-listen 0 64 ${how}`);
      for (let slot = 0; slot < count; slot++) await client.actor.do(`socket ${slot} 4`, `connect ${slot} ${HERE} ${PORT}`);
      await server.actor.do(...Array.from({ length: count }, (_, i) => `accept 0 ${i + 1}`));
      await shows([server, of({ accepts: count })], [client, of({ attempts: count, successes: count })]);
    });
  });

  it('that only somebody elsewhere holds: their network namespace is said to be unread', async () => {
    await using lonely = await Namespace.create();
    const [maker, keeper] = [await contained('maker', lonely), await contained('keeper')];
    await maker.actor.do('socket 0 4', `bind 0 ${HERE} ${PORT}`, 'listen 0 4');
    await pass(maker, 0, keeper, 0);
    await maker.actor.kill();
    // One that has seen nothing else.
    await using other = await Agent.start();
    await until(async () => ((await other.scrape()).value('connwatch_drift_namespaces', { state: 'unread' }) ?? 0) > 0, true);
  });

  it('that a worker of the kernel opens are whose connection it is: further subflows of MPTCP', async () => {
    // In one namespace the server's side would have the endpoint too, and try to open a subflow of its own.
    await using network = new Network('IPv4');
    const [, there] = await network.pair();
    const near = await network.namespace(0);
    const [server, client] = [await contained('server', await network.namespace(1)), await contained('client', near)];
    const count = random.between(3, 6);
    const ip = (...command: string[]) => must(['ip', '-n', near.name, ...command]);
    await ip('address', 'add', '10.77.0.9/24', 'dev', 'pair');
    await ip('mptcp', 'limits', 'set', 'subflows', '1', 'add_addr_accepted', '0');
    await ip('mptcp', 'endpoint', 'add', '10.77.0.9', 'dev', 'pair', 'subflow');
    await server.actor.do('socket 0 4 mptcp', `bind 0 ${there} ${PORT}`, 'listen 0 64');
    for (let slot = 1; slot <= count; slot++) {
      await client.actor.do(`socket ${slot} 4 mptcp`, `connect ${slot} ${there} ${PORT}`);
      // Only what has carried data gets more subflows.
      await server.actor.do(`accept 0 ${slot}`, `send ${slot} 1000`);
      await client.actor.do(`receive ${slot} 1000`, `send ${slot} 1000`);
      await server.actor.do(`receive ${slot} 1000`);
    }
    await shows([client, of({ attempts: 2 * count, successes: 2 * count })], [server, of({ accepts: 2 * count })]);
  });
});
