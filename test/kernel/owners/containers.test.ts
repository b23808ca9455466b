import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeKernel } from '../../harness/host.ts';
import { Cgroup, hierarchies } from '../../harness/kernel/cgroup.ts';
import { type Namespace, SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { must } from '../../harness/run.ts';
import { type Counts, countsMade, countsOf } from '../../harness/scrape/counts.ts';
import { Page } from '../../harness/scrape/exposition.ts';
import { until } from '../../harness/until.ts';
import { watched } from '../../harness/watched.ts';

const CLOSED_PORT = 7;
const HERE = hierarchies();
const random = announcedRandom('containers');
/** 64 digits that nobody else has. */
const newId = (): string => createHash('sha256').update(random.name('container')).digest('hex');
const newUid = (): string => newId().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');

/** What each workload_container_id has made under this executable's name; '' is none. */
function byContainer(page: Page, executable: string): Record<string, Counts> {
  const match = { process_executable_name: executable };
  const samples = page.samples.filter(({ labels }) => labels['process_executable_name'] === executable);
  const containers = Map.groupBy(samples, ({ labels }) => labels['workload_container_id'] ?? '');
  return Object.fromEntries([...containers].map(([id, those]) => [id, countsOf(new Page(those), match)]));
}

const refused = (attempts: number): Counts => ({ attempts, successes: 0, failures: { refused: attempts }, pending: 0, accepts: 0 });
const inside = (cgroup: Cgroup, namespace: Namespace) => ({ command: (...command: string[]) => cgroup.command(...namespace.command(...command)) });

describeKernel('containers', () => {
  const on = watched();

  const shows = (executable: string, expected: Record<string, Counts>) => on.agent.settles((page) => byContainer(page, executable), expected);
  const both = (count: number) => ['plain', '--port', '0', '--own-listener', '--count', `${count}`];
  const refusing = (count: number) => ['plain', '--port', `${CLOSED_PORT}`, '--count', `${count}`];

  for (const hierarchy of HERE) {
    it.each([
      ['docker, systemd', (id: string) => `/system.slice/docker-${id}.scope`],
      ['docker, cgroupfs', (id: string) => `/docker/${id}`],
      ['a pod, cgroupfs', (id: string) => `/kubepods/besteffort/pod${newUid()}/${id}`],
      ['a pod, systemd', (id: string) => `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${newUid().replaceAll('-', '_')}.slice/cri-containerd-${id}.scope`],
      ['CRI-O with crun', (id: string) => `/kubepods.slice/kubepods-pod${newUid().replaceAll('-', '_')}.slice/crio-${id}.scope/container`],
      ['podman, rootless', (id: string) => `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${id}.scope`],
      ['systemd inside', (id: string) => `/docker/${id}/system.slice/nginx.service`],
    ])(`${hierarchy}, %s: each connect and accept, when the cgroup is gone`, async (_, path) => {
      const [id, name] = [newId(), random.name('inside')];
      const cgroup = new Cgroup(hierarchy, path(id));
      const made = await on.generator.run(name, both(random.between(20, 80)), inside(cgroup, on.namespace)).finally(() => cgroup.remove());
      await shows(name, { [id]: countsMade(made) });
    });
  }

  const [hierarchy] = HERE;

  it('keeps one program in a hundred containers that live for a moment apart', async () => {
    const name = random.name('many');
    const runs = Array.from({ length: 100 }, () => ({ id: newId(), count: random.between(1, 9) }));
    for (const { id, count } of runs) {
      using cgroup = new Cgroup(hierarchy, `/docker/${id}`);
      await on.generator.run(name, refusing(count), inside(cgroup, on.namespace));
    }
    await shows(name, Object.fromEntries(runs.map(({ id, count }) => [id, refused(count)])));
  });

  it('has the host’s processes beside', async () => {
    const name = random.name('host');
    using root = new Cgroup(hierarchy, '/');
    using service = new Cgroup(hierarchy, `/system.slice/${name}.service`);
    const made = await on.generator.run(name, both(random.between(20, 80)), inside(service, on.namespace));
    await shows(name, { '': countsMade(made) });
    const more = await on.generator.run(name, both(random.between(20, 80)), inside(root, on.namespace));
    const sum = made.attempts + more.attempts;
    await shows(name, { '': { attempts: sum, successes: sum, failures: {}, pending: 0, accepts: sum } });
  });

  it('follows a process from one container to the next', async () => {
    const [first, second] = [newId(), newId()];
    const [before, after] = [random.between(5, 20), random.between(5, 20)];
    using from = new Cgroup(hierarchy, `/docker/${first}`);
    using to = new Cgroup(hierarchy, `/docker/${second}`);
    const connects = (count: number) => `for ((i = 0; i < ${count}; i++)); do : <>/dev/tcp/127.0.0.1/${CLOSED_PORT}; done 2>/dev/null`;
    const script = `${connects(before)}; echo $$ > '${to.procs}'; ${connects(after)}; :`;
    const [folder, name] = [mkdtempSync(join(tmpdir(), 'connwatch-containers-')), random.name('moving')];
    try {
      cpSync('/bin/bash', join(folder, name));
      await must(inside(from, on.namespace).command(join(folder, name), '-c', script));
      await shows(name, { [first]: refused(before), [second]: refused(after) });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('counts accepts for the container that listens, connects for the one that connects', async () => {
    const [server, client, name] = [newId(), newId(), random.name('both')];
    using serving = new Cgroup(hierarchy, `/docker/${server}`);
    using calling = new Cgroup(hierarchy, `/docker/${client}`);
    const count = random.between(20, 80);
    const listener = on.generator.start(name, ['listen', '--port', '0'], inside(serving, on.namespace));
    const { port } = (await listener.said.line({ listening: true })) as { port: number };
    await on.generator.run(name, ['plain', '--port', `${port}`, '--count', `${count}`], inside(calling, on.namespace));
    await listener.finish();
    await shows(name, {
      [server]: { attempts: 0, successes: 0, failures: {}, pending: 0, accepts: count },
      [client]: { attempts: count, successes: count, failures: {}, pending: 0, accepts: 0 },
    });
  });

  it('sees through namespaces of its own: process, network, mount, cgroup', async () => {
    const [id, name] = [newId(), random.name('unshared')];
    using container = new Cgroup(hierarchy, `/docker/${id}`);
    using below = new Cgroup(hierarchy, `/docker/${id}/init.scope`);
    // The root of the new cgroup namespace is the container's cgroup, so what is in it reads `/init.scope`.
    const up = 'echo $$ > "$0" && ip link set lo up && exec "$@"';
    const unshare = ['unshare', '--pid', '--fork', '--kill-child', '--net', '--mount-proc', '--cgroup', 'sh', '-c', up, below.procs];
    const made = await on.generator.run(name, both(random.between(20, 80)), { command: (...command) => container.command(...unshare, ...command) });
    expect(made.pid).toBe(1);
    await shows(name, { [id]: countsMade(made) });
  });

  it.each([
    ['a quote and a backslash', 'NAME"\\', 'NAME"\\'],
    ['bytes that are not UTF-8', 'NAME\xff\xc3', 'NAME\\xff\\xc3'],
    ['control characters', 'NAME\x1b[31m', 'NAME\\x1b[31m'],
    ['the form of a label', 'NAME",a="b', 'NAME",a="b'],
    ['200 characters', `NAME${'x'.repeat(200)}`, `NAME${'x'.repeat(200)}`],
  ])('shows a container whose name has %s', async (_, given, shown) => {
    const name = random.name('named');
    using cgroup = new Cgroup(hierarchy, `/lxc.payload.${given.replace('NAME', name)}`);
    const made = await on.generator.run(name, both(random.between(5, 20)), inside(cgroup, on.namespace));
    await shows(name, { [shown.replace('NAME', name)]: countsMade(made) });
  });

  it("has the unit of the host's systemd", async () => {
    const name = random.name('unit');
    using cgroup = new Cgroup(hierarchy, `/system.slice/${name}.service/inner`);
    const made = await on.generator.run(name, refusing(random.between(5, 20)), inside(cgroup, on.namespace));
    await on.agent.settles((page) => countsOf(page, { process_executable_name: name, systemd_unit_name: `${name}.service` }), countsMade(made));
  });

  it.skipIf(HERE.length < 2).each([
    ['a container', 'container', () => `/docker/${newId()}`],
    ['a unit', 'unit', (name: string) => `/system.slice/${name}.service`],
  ] as const)('takes the hierarchy that names %s, whichever it is', async (_, kind, path) => {
    const pairs = HERE.flatMap((naming) => HERE.filter((other) => other !== naming).map((other) => [naming, other] as const));
    for (const [naming, other] of pairs) {
      const name = random.name('both');
      const place = path(name);
      using named = new Cgroup(naming, place);
      using unnamed = new Cgroup(other, `/${name}`);
      const command = (...inner: string[]) => named.command(...unnamed.also(...on.namespace.command(...inner)));
      const made = await on.generator.run(name, both(random.between(5, 20)), { command });
      const expected = { container: kind === 'container' ? place.slice('/docker/'.length) : undefined, unit: kind === 'unit' ? `${name}.service` : undefined, ...countsMade(made) };
      await on.agent.settles((page) => {
        const { labels = {} } = page.select('connwatch_tcp_connect_attempts_total', { process_executable_name: name })[0] ?? {};
        return { container: labels['workload_container_id'], unit: labels['systemd_unit_name'], ...countsOf(page, { process_executable_name: name }) };
      }, expected);
    }
  });

  it('says what it does not understand, and counts it', async () => {
    const name = random.name('mine');
    using cgroup = new Cgroup(hierarchy, `/${name}`);
    const hanging = on.generator.start(name, ['hang', '--port', `${SILENT_PORT}`, '--count', '3'], inside(cgroup, on.namespace));
    await hanging.said.line({ hanging: true });
    // While it hangs its cgroup is in use.
    await until(async () => (await on.agent.scrape()).sum('connwatch_cgroups', { resolution: 'unresolved' }) > 0, true);
    await shows(name, { '': { attempts: 3, successes: 0, failures: {}, pending: 3, accepts: 0 } });
    await shows(name, { '': countsMade(await hanging.finish()) });
    expect(await on.agent.logs.line({ path: `/${name}` })).toMatchObject({ level: 'info', msg: 'unknown form of a cgroup path' });
  });

  it('finds a container at the end of a path that is too deep, and guesses nothing above it', async () => {
    const [id, name] = [newId(), random.name('deep')];
    using inner = new Cgroup(hierarchy, `/${name}${'/a'.repeat(20)}/docker/${id}`);
    const made = await on.generator.run(name, refusing(5), inside(inner, on.namespace));
    // Of its 18 names the innermost 16 are told, which look like a service of the host's.
    using outer = new Cgroup(hierarchy, `/docker/${newId()}/system.slice/nginx.service${'/a'.repeat(14)}`);
    await on.generator.run(name, refusing(7), inside(outer, on.namespace));
    const page = await shows(name, { [id]: countsMade(made), '': refused(7) });
    expect(page.samples.filter(({ labels }) => labels['process_executable_name'] === name && labels['systemd_unit_name'] !== undefined)).toEqual([]);
  });
});
