import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { describeKernel } from '../harness/host.ts';
import { announcedRandom } from '../harness/random.ts';
import { must, run } from '../harness/run.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { noImages } from '../image/containers.ts';
import { Machine } from './machine.ts';
import { type Built, ServiceBuilds } from './service-builds.ts';
import { ServiceHost } from './service-host.ts';

const MINUTES = 60_000;
const SETTINGS = 'interval: 1s\n';
/** What has our name, without the package files in /root and what the kernel shows. */
const LEFT = 'find / -xdev -path /root -prune -o -name "*connwatch*" -not -path "/proc/*" -not -path "/sys/*" -print | sort';

describeKernel('the packages of the service', () => {
  const random = announcedRandom('service');
  const builds = new ServiceBuilds();
  let first: Built;
  let second: Built;
  beforeAll(async () => {
    first = await builds.make(1);
    second = await builds.make(2);
  }, 30 * MINUTES);
  afterAll(() => builds[Symbol.dispose]());

  const refusals = ['plain', '--port', '7', '--count', '23'];

  /** The installed program counts exactly, and stops in order. */
  async function counts(machine: Machine): Promise<void> {
    const args = ['--metrics-addr', '127.0.0.1:0', '--health-addr', '127.0.0.1:0', '--interval', '200ms', '--socket', 'off'];
    await using agent = await Agent.start({ command: machine.command({}, 'connwatch'), args });
    using generator = new Generator();
    const name = random.name('refused');
    await generator.run(name, refusals);
    await agent.settles((page) => page.by('error_type', 'connwatch_tcp_connect_failures_total', { process_executable_name: name }), { refused: 23 });
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
  }

  const left = async (machine: Machine) => (await must(machine.command({}, 'sh', '-c', LEFT))).trim().split('\n').filter(Boolean);

  it('are the same bytes when they are built again, with another umask', async () => {
    const again = await builds.make(1, 0o077);
    expect([sha256(again.deb), sha256(again.rpm)]).toEqual([sha256(first.deb), sha256(first.rpm)]);
  }, 10 * MINUTES);

  it.each(['bullseye', 'bookworm', 'trixie'])('the .deb: installed, upgraded, removed and purged on a Debian %s without systemd', async (suite) => {
    using machine = await Machine.bare(suite);
    const dpkg = (...args: string[]) => must(machine.command({}, 'dpkg', ...args));
    await dpkg('--install', machine.take(first.deb));
    await counts(machine);
    writeFileSync(machine.path('etc/connwatch/config.yaml'), SETTINGS);
    await dpkg('--install', machine.take(second.deb));
    expect(await must(machine.command({}, 'dpkg-query', '--show', 'connwatch'))).toMatch(/-2\n$/);
    expect(readFileSync(machine.path('etc/connwatch/config.yaml'), 'utf8')).toBe(SETTINGS);
    await dpkg('--remove', 'connwatch');
    expect(readFileSync(machine.path('etc/connwatch/config.yaml'), 'utf8')).toBe(SETTINGS);
    expect(existsSync(machine.path('opt/connwatch'))).toBe(false);
    await dpkg('--purge', 'connwatch');
    expect(await left(machine)).toEqual([]);
  }, 10 * MINUTES);

  it('the .deb is refused where the installer of the archive has put its unit', async () => {
    using machine = await Machine.bare('bookworm');
    mkdirSync(machine.path('etc/systemd/system'), { recursive: true });
    writeFileSync(machine.path('etc/systemd/system/connwatch.service'), '');
    const { code, stderr } = await run(machine.command({}, 'dpkg', '--install', machine.take(first.deb)));
    expect([code, stderr]).toEqual([1, expect.stringContaining("from the archive's install.sh")]);
    expect(existsSync(machine.path('opt/connwatch'))).toBe(false);
  }, 10 * MINUTES);

  it('the .rpm: installed, upgraded and removed by rpm', async () => {
    using machine = await Machine.bare('bookworm', ['rpm']);
    // Debian's rpm does not know Debian's packages, and installs only on request.
    const rpm = (...args: string[]) => must(machine.command({}, 'rpm', ...args));
    const anyway = ['--nodeps', '--force-debian'];
    await rpm('--install', ...anyway, machine.take(first.rpm));
    expect(await rpm('--verify', '--nodeps', 'connwatch')).toBe('');
    await counts(machine);
    writeFileSync(machine.path('etc/connwatch/config.yaml'), SETTINGS);
    await rpm('--upgrade', ...anyway, machine.take(second.rpm));
    expect(await rpm('--query', '--queryformat', '%{release}', 'connwatch')).toBe('2');
    expect(readFileSync(machine.path('etc/connwatch/config.yaml'), 'utf8')).toBe(SETTINGS);
    await rpm('--erase', 'connwatch');
    // rpm keeps what a person has changed.
    expect(await left(machine)).toEqual(['/etc/connwatch']);
    expect(await must(machine.command({}, 'ls', '-A', '/etc/connwatch'))).toBe('config.yaml.rpmsave\n');
  }, 10 * MINUTES);

  describe.skipIf(noImages !== undefined)(`the .deb where systemd runs${noImages === undefined ? '' : ` (${noImages})`}`, () => {
    let host: ServiceHost;
    beforeAll(async () => {
      host = await ServiceHost.start(random.name('packages'));
    }, 15 * MINUTES);
    afterAll(() => host?.[Symbol.asyncDispose](), MINUTES);

    const install = async ({ deb }: Built) => host.shell(`dpkg --install ${await host.take(deb)}`);
    const ready = () => until(async () => (await host.ask('connwatch health')).code, 0, { timeout: 30_000 });
    const state = async () => [(await host.ask('systemctl is-enabled connwatch')).stdout.trim(), await host.property('ActiveState')];

    it('starts the service, whose unit is valid', async () => {
      await install(first);
      await ready();
      expect(await state()).toEqual(['enabled', 'active']);
      expect(await host.ask('systemd-analyze verify connwatch.service')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    });

    it('counts exactly what the host connects', async () => {
      using generator = new Generator();
      const name = random.name('refused');
      await generator.run(name, refusals);
      await until(async () => (await host.page()).by('error_type', 'connwatch_tcp_connect_failures_total', { process_executable_name: name }), { refused: 23 }, { timeout: 30_000 });
    });

    it('runs the new release with the old settings after an upgrade', async () => {
      await host.shell(`printf '${SETTINGS}' > /etc/connwatch/config.yaml`);
      const before = await host.property('MainPID');
      await install(second);
      await ready();
      expect(await host.property('MainPID')).not.toBe(before);
      expect([await state(), await host.shell('cat /etc/connwatch/config.yaml')]).toEqual([['enabled', 'active'], SETTINGS.trim()]);
    });

    it('does not start at an upgrade what a person has stopped', async () => {
      await host.shell('systemctl disable --quiet --now connwatch');
      await install(second);
      expect(await state()).toEqual(['disabled', 'inactive']);
    });

    it('starts again with the old settings after it was removed and installed', async () => {
      await host.shell('dpkg --remove connwatch');
      expect((await host.shell(LEFT)).split('\n')).toEqual(expect.arrayContaining(['/etc/connwatch']));
      expect(await host.property('LoadState')).toBe('not-found');
      await install(second);
      await ready();
      expect([await state(), await host.shell('cat /etc/connwatch/config.yaml')]).toEqual([['enabled', 'active'], SETTINGS.trim()]);
    });

    it('is stopped and purged without a trace', async () => {
      await host.shell('dpkg --purge connwatch');
      expect(await host.shell(LEFT)).toBe('');
      expect(await host.property('ActiveState')).toBe('inactive');
    });
  });
});

const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
