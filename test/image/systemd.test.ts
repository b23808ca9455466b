import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchIn } from '../harness/agent.ts';
import { at } from '../harness/host.ts';
import { bpfHeldBy, stillInKernel } from '../harness/kernel/bpf.ts';
import { Namespace } from '../harness/kernel/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { must } from '../harness/run.ts';
import { countsMade, countsOf } from '../harness/scrape/counts.ts';
import { parsePage } from '../harness/scrape/exposition.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { BASE_NAME, Containers, noImages } from './containers.ts';

/** A Debian as a user has it: systemd, and what `install.sh` asks for. */
const DOCKERFILE = `FROM ${BASE_NAME}
RUN apt-get update && apt-get install --yes --no-install-recommends systemd libbpf1
CMD ["/lib/systemd/systemd"]
`;
const IMAGE = 'localhost/connwatch-systemd:test';
/** Of systemd-analyze security, times ten; 1.8 when this was written. */
const EXPOSURE = '20';

describe.skipIf(noImages !== undefined)(`the service, installed from the archive on a Debian with systemd${noImages === undefined ? '' : ` (${noImages})`}`, () => {
  const random = announcedRandom('systemd');
  const name = random.name('systemd');
  let containers: Containers;
  let namespace: Namespace;
  beforeAll(async () => {
    const archive = (await must([process.execPath, at('scripts', 'package.mjs')])).trim();
    containers = await Containers.create();
    namespace = await Namespace.create();
    writeFileSync(join(containers.scratch, 'Dockerfile'), DOCKERFILE);
    await containers.build(containers.scratch, IMAGE, '--file', join(containers.scratch, 'Dockerfile'));
    const network = ['--network', `ns:/run/netns/${namespace.name}`];
    const limits = ['--ulimit', 'nofile=16384:16384', '--ulimit', 'nproc=16384:16384'];
    // Its own process 1, so also a process namespace of its own.
    await containers.podman('run', '--detach', '--name', name, '--systemd', 'always', '--privileged', ...network, ...limits, IMAGE);
    await until(async () => (await inside('systemctl', 'is-system-running')).stdout.trim(), 'running', { timeout: 60_000 });
    await containers.podman('cp', at(archive), `${name}:/root/connwatch.tar.gz`);
    await must(containers.command('exec', name, 'tar', '--extract', '--gzip', '--file', '/root/connwatch.tar.gz', '--directory', '/root'));
  }, 900_000);
  afterAll(async () => {
    await containers?.[Symbol.asyncDispose]();
    await namespace?.[Symbol.asyncDispose]();
  }, 60_000);

  const inside = (...command: string[]) => containers.ask('exec', name, ...command);
  const shell = async (script: string) => containers.podman('exec', name, 'sh', '-c', script);
  const property = async (wanted: string) => (await shell(`systemctl show --property ${wanted} --value connwatch`)).trim();
  /** Of the service, as the host sees it. */
  const pid = async () => {
    const [within, all] = [await property('MainPID'), await containers.podman('top', name, 'pid', 'hpid')];
    return Number(all.split('\n').map((line) => line.trim().split(/\s+/)).find(([first]) => first === within)?.[1]);
  };
  const log = async () => shell('journalctl --unit connwatch --output cat --no-pager');
  const page = async () => parsePage(await fetchIn(namespace, 'http://127.0.0.1:9090/metrics'));

  it('is installed with one command', async () => {
    expect(await shell('cd /root/connwatch-* && ./install.sh')).toBe('connwatch runs and is ready.\n');
    expect((await inside('systemctl', 'is-enabled', 'connwatch')).stdout).toBe('enabled\n');
    expect(await shell('connwatch version')).toMatch(/^connwatch \d/);
  });

  it('has a unit that systemd has no complaint about, and that leaves little open', async () => {
    expect(await inside('systemd-analyze', 'verify', '/etc/systemd/system/connwatch.service')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const { code, stdout } = await inside('systemd-analyze', 'security', '--no-pager', `--threshold=${EXPOSURE}`, 'connwatch');
    expect({ code, says: code === 0 ? '' : stdout }).toEqual({ code: 0, says: '' });
  });

  it('counts what the host connects, as nobody and with no privileges left', async () => {
    const status = readFileSync(`/proc/${await pid()}/status`, 'utf8');
    const field = (wanted: string) => new RegExp(`^${wanted}:\\s*(\\S+)`, 'm').exec(status)?.[1];
    expect(Number(field('Uid'))).toBeGreaterThan(60_000);
    expect([field('CapBnd'), field('NoNewPrivs'), field('Seccomp')]).toEqual(['000000c000000000', '1', '2']);

    using generator = new Generator();
    const workload = random.name('host');
    const made = await generator.run(workload, ['plain', '--port', '0', '--own-listener', '--count', `${random.between(100, 900)}`]);
    await until(async () => countsOf(await page(), { process_executable_name: workload }), countsMade(made), { timeout: 30_000 });
  });

  it('takes settings over at reload, and a bad one is no reason to stop', async () => {
    await shell('echo "interval: 1s" > /etc/connwatch/config.yaml && systemctl reload connwatch');
    await until(async () => (await log()).includes('"changed":["interval"],"msg":"settings reloaded"'), true);
    await shell('echo "intervall: 1s" > /etc/connwatch/config.yaml && systemctl reload connwatch');
    await until(async () => (await log()).includes('settings cannot be reloaded; the old ones stay'), true);
    expect(await property('ActiveState')).toBe('active');
  });

  it('is upgraded by the same command, which keeps the settings and says when they are wrong', async () => {
    const upgrade = await inside('sh', '-c', 'cd /root/connwatch-* && ./install.sh');
    expect(upgrade.code).toBe(1);
    expect(upgrade.stderr).toContain('connwatch is not ready. Its last log lines:');
    expect(upgrade.stderr).toContain("unknown key intervall (/etc/connwatch/config.yaml line 1); did you mean interval?");
    // Not tried again and again.
    expect([await property('ExecMainStatus'), await property('NRestarts')]).toEqual(['2', '0']);
    await shell('echo "interval: 1s" > /etc/connwatch/config.yaml');
    expect(await shell('cd /root/connwatch-* && ./install.sh')).toBe('connwatch runs and is ready.\n');
    expect(await shell('cat /etc/connwatch/config.yaml')).toBe('interval: 1s\n');
  });

  it('is found ready where variables of the service or of a drop-in say it listens', async () => {
    await shell('echo "CONNWATCH_HEALTH_ADDR=127.0.0.1:18080" >> /etc/connwatch/environment');
    expect(await shell('cd /root/connwatch-* && ./install.sh')).toBe('connwatch runs and is ready.\n');
    // The two alone would be one port for both.
    const dropIn = '/etc/systemd/system/connwatch.service.d';
    await shell(`mkdir ${dropIn} && printf '[Service]\\nEnvironment="CONNWATCH_METRICS_ADDR=127.0.0.1:19090"\\n' > ${dropIn}/ports.conf`);
    await shell('sed -i s/18080/9090/ /etc/connwatch/environment');
    expect(await shell('cd /root/connwatch-* && ./install.sh')).toBe('connwatch runs and is ready.\n');
    expect(await fetchIn(namespace, 'http://127.0.0.1:9090/readiness')).toBe('Ready');
    await shell(`rm -r ${dropIn} && sed -i /CONNWATCH_HEALTH_ADDR/d /etc/connwatch/environment && systemctl daemon-reload && systemctl restart connwatch`);
  });

  it('reads headers for a collector from a file that only a group may read', async () => {
    const dropIn = '/etc/systemd/system/connwatch.service.d';
    const file = '/etc/connwatch/otlp-headers';
    const lines = ['[Service]', 'SupplementaryGroups=otlp', `Environment=CONNWATCH_OTLP_HEADERS_FILE=${file}`, 'Environment=OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1'];
    const install = () => inside('sh', '-c', 'cd /root/connwatch-* && ./install.sh');
    await shell(`mkdir ${dropIn} && printf '%s\\n' '${lines.join("' '")}' > ${dropIn}/otlp.conf && groupadd --system otlp && install -m 640 -g otlp /dev/null ${file} && echo authorization=Bearer%20abc123 > ${file}`);
    expect(await install()).toMatchObject({ code: 0, stderr: '', stdout: 'connwatch runs and is ready.\n' });
    expect(readFileSync(`/proc/${await pid()}/environ`, 'utf8')).not.toContain('abc123');
    // It is read: one that cannot be used is refused.
    await shell(`echo abc123 > ${file}`);
    const refused = await install();
    expect(refused.stderr).toContain('otlp-headers-file: an entry is not name=value');
    expect(refused.stderr).not.toContain('abc123');
    await shell(`rm -r ${dropIn} ${file} && systemctl daemon-reload && systemctl restart connwatch`);
  });

  it('starts again when it was killed', async () => {
    process.kill(await pid(), 'SIGKILL');
    await until(() => property('NRestarts'), '1', { timeout: 30_000 });
    await until(async () => (await inside('connwatch', 'health')).code, 0, { timeout: 30_000 });
  });

  it('stops in order, and is removed without a trace but its settings', async () => {
    const held = bpfHeldBy(await pid());
    expect(held.length).toBeGreaterThan(3);
    await shell('systemctl stop connwatch');
    expect([await property('Result'), await property('ExecMainStatus')]).toEqual(['success', '0']);
    await until(() => stillInKernel(held), []);
    expect(await shell('cd /root/connwatch-* && ./install.sh --remove')).toContain('connwatch is removed.');
    const left = 'find / -xdev -path /root -prune -o -name "*connwatch*" -not -path "/proc/*" -not -path "/sys/*" -print';
    expect((await shell(left)).trim().split('\n')).toEqual(['/etc/connwatch']);
  });
});
