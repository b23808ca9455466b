import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { at } from '../harness/host.ts';
import { bpfHeldBy, stillInKernel } from '../harness/kernel/bpf.ts';
import { Namespace } from '../harness/kernel/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { countsMade, countsOf, lossesOf } from '../harness/scrape/counts.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { Containers, HARDENED, noImages } from './containers.ts';

const IMAGE = 'localhost/connwatch:test';
/** docs/install.md states the size. Find out what made the image larger before you raise this. */
const LARGEST = 125_000_000;

const manifestOf = (...path: string[]) => JSON.parse(readFileSync(at(...path, 'package.json'), 'utf8')) as { version: string; optionalDependencies: Record<string, string> };
const { version } = manifestOf();
const agentVersion = manifestOf('scripts', 'node').optionalDependencies[`node-linux-${process.arch}`];

describe.skipIf(noImages !== undefined)(`the image${noImages === undefined ? '' : ` (${noImages})`}`, () => {
  const random = announcedRandom('image');
  const commit = random.between(2 ** 31, 2 ** 32).toString(16).padStart(12, 'c');
  let containers: Containers;
  beforeAll(async () => {
    containers = await Containers.create();
    await containers.build(at(), IMAGE, '--build-arg', `SOURCE_COMMIT=${commit}`);
  }, 900_000);
  afterAll(async () => containers?.[Symbol.asyncDispose](), 60_000);

  /** The agent in a container, in a network namespace of its own: the ports are the image's. */
  const start = (namespace: Namespace, name: string, ...options: string[]) =>
    Agent.start({
      namespace,
      command: containers.command('run', '--rm', '--name', name, '--network', `ns:/run/netns/${namespace.name}`, ...HARDENED, ...options, '-e', 'CONNWATCH_INTERVAL=200ms', IMAGE),
    });
  const pidOf = async (name: string) => Number(await containers.podman('inspect', '--format', '{{.State.Pid}}', name));
  const once = (...command: string[]) => containers.ask('run', '--rm', '--network', 'none', ...HARDENED, IMAGE, ...command);

  it('is small, and says what it is', async () => {
    const [image] = JSON.parse(await containers.podman('image', 'inspect', IMAGE)) as [{ Size: number; Config: object; Architecture: string }];
    expect(image.Size).toBeLessThan(LARGEST);
    expect(image.Architecture).toBe({ x64: 'amd64', arm64: 'arm64' }[process.arch as string]);
    expect(image.Config).toMatchObject({
      User: '0:0',
      StopSignal: 'SIGTERM',
      ExposedPorts: { '8080/tcp': {}, '9090/tcp': {} },
      Labels: {
        'org.opencontainers.image.title': 'connwatch',
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.revision': commit,
        'org.opencontainers.image.licenses': 'Apache-2.0',
      },
    });
  });

  it('holds what runs and its licences, and no compiler, npm or shell', async () => {
    await containers.inside(IMAGE, (root) => {
      const files = readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
      const executable = files.filter((file) => statSync(join(root, file)).mode & 0o111);
      const loader = /^\/(lib64|lib)\/ld-linux-[a-z0-9_-]+\.so\.\d$/;
      const programs = executable.filter((file) => !/\.(so|node)(\.|$)/.test(file));
      expect(programs.sort()).toEqual(['/opt/connwatch/bin/connwatch', '/opt/connwatch/bin/node', '/opt/connwatch/dist/connwatch.js']);
      const libraries = files.filter((file) => file.startsWith('/usr/lib/')).map((file) => file.split('/').at(-1)!.split('.')[0]);
      expect(libraries).toEqual(expect.arrayContaining(['libbpf', 'libc', 'libelf', 'libz']));
      const others = files.filter((file) => !/^\/(opt\/connwatch|usr\/lib|usr\/share\/doc\/[^/]+\/copyright$|var\/lib\/dpkg\/status\.d|etc)/.test(file));
      expect(others.filter((file) => !loader.test(file))).toEqual([]);
      for (const text of ['LICENSE', 'connwatch.cdx.json', 'dist/LICENSES.txt', 'licences/node/LICENSE', 'licences/bpf/LICENSE.GPL-2.0-only'])
        expect(files).toContain(`/opt/connwatch/${text}`);
      expect(files).toEqual(expect.arrayContaining(['libc6', 'libbpf1', 'libelf1', 'zlib1g'].map((name) => `/usr/share/doc/${name}/copyright`)));
    });
  });

  it('takes commands and flags', async () => {
    expect((await once('version')).stdout).toBe(`connwatch ${version}\ncommit ${commit}\nNode.js ${agentVersion}\nlibbpf 1.1\n`);
    const refused = await once('--interval=5');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("invalid value '5' for --interval");
    const { checks } = JSON.parse((await once('doctor', '--json', '--metrics-addr=:0', '--health-addr=:0')).stdout) as {
      checks: { id: string; status: string }[];
    };
    expect(checks.filter(({ status }) => status === 'missing' || status === 'unknown')).toEqual([]);
    expect(checks.find(({ id }) => id === 'pid-namespace')).toMatchObject({ status: 'ok' });
  });

  it('counts what the host connects, with no more than it needs, and leaves nothing behind', async () => {
    await using namespace = await Namespace.create();
    const name = random.name('watching');
    await using agent = await start(namespace, name);
    const pid = await pidOf(name);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (wanted: string) => new RegExp(`^${wanted}:\\s*(\\S+)`, 'm').exec(status)?.[1];
    expect({ uid: field('Uid'), bounding: field('CapBnd'), noNewPrivileges: field('NoNewPrivs'), seccomp: field('Seccomp') }).toEqual({
      uid: '0',
      bounding: '000000c000000000',
      noNewPrivileges: '1',
      seccomp: '2',
    });

    // On the host, which is another network namespace.
    using generator = new Generator();
    const [connector, refused] = [random.name('host'), random.name('refused')];
    const made = await generator.run(connector, ['plain', '--port', '0', '--own-listener', '--count', `${random.between(100, 900)}`]);
    const unmade = await generator.run(refused, ['plain', '--port', '1', '--count', `${random.between(10, 90)}`]);
    expect([made.attempts, made.accepts, unmade.failures['refused']]).toEqual([made.successes, made.successes, unmade.attempts]);
    const page = await agent.settles(
      (page) => [connector, refused].map((workload) => countsOf(page, { process_executable_name: workload })),
      [made, unmade].map(countsMade),
    );
    expect(lossesOf(page)).toEqual({});

    const held = bpfHeldBy(pid);
    expect(held.length).toBeGreaterThan(3);
    await containers.podman('stop', name);
    expect(await agent.exited).toEqual({ code: 0, signal: null });
    // A kernel may be without a program that is not required; that is a warning.
    expect(agent.logs.lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    await until(() => stillInKernel(held), []);
  });

  it('has a health check that follows the settings', async () => {
    await using namespace = await Namespace.create();
    const name = random.name('healthy');
    await using agent = await start(namespace, name, '-e', 'CONNWATCH_HEALTH_ADDR=127.0.0.1:8181');
    expect(agent.health).toBe('127.0.0.1:8181');
    expect((await containers.ask('healthcheck', 'run', name)).code).toBe(0);
    const { code, stdout } = await containers.ask('exec', name, 'connwatch', 'health');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { ready: true, alive: true }]);

    const pid = await pidOf(name);
    process.kill(pid, 'SIGSTOP');
    expect((await containers.ask('healthcheck', 'run', name)).code).toBe(1);
    process.kill(pid, 'SIGCONT');
    expect((await containers.ask('healthcheck', 'run', name)).code).toBe(0);

    const write = `require('fs').writeFileSync(process.argv[1], '')`;
    for (const path of ['/written', '/tmp/written', '/opt/connwatch/written']) {
      const { stderr } = await containers.ask('exec', name, 'node', '-e', write, path);
      expect(stderr).toMatch(path.startsWith('/tmp') ? /EROFS|ENOENT/ : /EROFS/);
    }
    expect((await containers.ask('exec', name, 'sh', '-c', 'true')).code).toBe(127);
    await containers.podman('kill', '--signal', 'TERM', name);
    expect(await agent.exited).toEqual({ code: 0, signal: null });
  });

  it('needs bpf() in its seccomp profile, and says so', async () => {
    const profile = JSON.parse(readFileSync(at('scripts', 'install', 'seccomp.json'), 'utf8')) as { syscalls: { names: string[] }[] };
    for (const rule of profile.syscalls) rule.names = rule.names.filter((call) => call !== 'bpf');
    const file = join(containers.scratch, 'no-bpf.json');
    writeFileSync(file, JSON.stringify(profile));
    const { code, stderr } = await containers.ask('run', '--rm', '--network', 'none', ...HARDENED, '--security-opt', `seccomp=${file}`, IMAGE);
    expect(code).toBe(1);
    const fatal = stderr.split('\n').find((line) => line.includes('"fatal"'));
    expect(JSON.parse(fatal ?? '{}')).toMatchObject({ code: 'CW_PERMISSION', msg: expect.stringContaining('a filter is set, and bpf() fails with ENOSYS') });
  });
});
