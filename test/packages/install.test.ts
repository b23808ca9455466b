import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeNpmPackages, PLATFORMS } from '../../scripts/lib/test/packages.mjs';
import { Agent } from '../harness/agent.ts';
import { describeKernel } from '../harness/host.ts';
import { Namespace } from '../harness/kernel/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { must, run } from '../harness/run.ts';
import { countsMade, countsOf } from '../harness/scrape/counts.ts';
import { Generator } from '../harness/traffic.ts';
import { Machine, nodeOf } from './machine.ts';
import { Registry } from './registry.ts';

const MINUTES = 60_000;

describeKernel('the npm packages', () => {
  const random = announcedRandom('packages');
  let registry: Registry;
  beforeAll(async () => {
    const archives = await makeNpmPackages(PLATFORMS);
    registry = await Registry.start();
    for (const archive of archives) await registry.publish(archive);
  }, 30 * MINUTES);
  afterAll(() => registry?.[Symbol.asyncDispose]());

  const installed = ['npm', 'install', '--global', '--no-audit', '--no-fund', '--ignore-scripts', 'connwatch'];

  /** Answers by npx, and counts exactly once it is installed. */
  async function counts(machine: Machine): Promise<void> {
    expect(await must(machine.command(registry.options, 'npx', '--yes', 'connwatch', 'version'))).toMatch(/^connwatch \d/);
    await must(machine.command(registry.options, ...installed));
    await using agent = await Agent.start({
      // Not by npx, which does not pass a signal on.
      command: machine.command({}, 'connwatch'),
      args: ['--metrics-addr', '127.0.0.1:0', '--health-addr', '127.0.0.1:0', '--interval', '200ms', '--socket', 'off'],
    });
    await using namespace = await Namespace.create();
    using generator = new Generator();
    const [name, refused] = [random.name('open'), random.name('refused')];
    const made = await generator.run(name, ['plain', '--port', '0', '--own-listener', '--count', '23'], namespace);
    await agent.settles((page) => countsOf(page, { process_executable_name: name }), countsMade(made));
    await generator.run(refused, ['plain', '--port', '7', '--count', '42'], namespace);
    await agent.settles((page) => page.sum('connwatch_tcp_connect_failures_total', { process_executable_name: refused, error_type: 'refused' }), 42);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
  }

  it.each(['bullseye', 'bookworm', 'trixie'])('run on a Debian %s that has only Node.js', async (suite) => {
    using machine = await Machine.debian(suite);
    await counts(machine);
  }, 10 * MINUTES);

  it('run on the oldest Node.js that is claimed', async () => {
    using machine = await Machine.debian('bookworm', await nodeOf('22.15.0'));
    await counts(machine);
  }, 10 * MINUTES);

  it.skipIf(process.arch !== 'x64')('run where the libc is musl, as on Alpine', async () => {
    using machine = await Machine.musl();
    await counts(machine);
  }, 10 * MINUTES);

  it('are refused in one sentence on an older Node.js', async () => {
    using machine = await Machine.debian('bookworm', await nodeOf('20.19.0'));
    const { code, stderr } = await run(machine.command(registry.options, 'npx', '--yes', 'connwatch', 'version'));
    expect(code).not.toBe(0);
    expect(stderr.split('\n').filter((line) => line.startsWith('connwatch'))).toEqual([expect.stringMatching(/Node\.js 22\.15.* 20\.19\.0/)]);
  }, 10 * MINUTES);

  it('bring one platform package, no compiler and no script', async () => {
    using machine = await Machine.debian('bookworm');
    const list = ['sh', '-c', `${installed.join(' ')} >/dev/null && ls $(npm root --global)/connwatch/node_modules/@connwatch && connwatch version`];
    const { code, stdout } = await run(machine.command(registry.options, ...list));
    expect([code, ...stdout.split('\n').slice(0, 2)]).toEqual([0, `linux-${process.arch}-gnu`, expect.stringMatching(/^connwatch \d/)]);
  }, 10 * MINUTES);
});
