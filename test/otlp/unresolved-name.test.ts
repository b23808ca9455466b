import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { doctor } from '../harness/doctor.ts';
import { describeKernel } from '../harness/host.ts';
import { Namespace } from '../harness/kernel/namespace.ts';
import { must } from '../harness/run.ts';
import { until } from '../harness/until.ts';

const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4317' };

describeKernel('a collector whose name no server resolves', () => {
  let namespace: Namespace;
  let other: Namespace;
  let folder: string;
  beforeEach(async () => {
    [namespace, other] = [await Namespace.create(), await Namespace.create()];
    folder = mkdtempSync(join(tmpdir(), 'connwatch-dns-'));
    // A copy, since what is not there cannot be mounted over.
    await must(['cp', '--archive', '/etc', folder]);
    const settings = { 'resolv.conf': 'nameserver 127.0.0.1\nnameserver 127.0.0.2\nnameserver 127.0.0.3\n', 'nsswitch.conf': 'hosts: files dns\n' };
    for (const [name, text] of Object.entries(settings)) {
      rmSync(join(folder, 'etc', name), { force: true });
      writeFileSync(join(folder, 'etc', name), text);
    }
    for (const each of [namespace, other]) await must(each.command('nft', 'insert rule inet silence input udp dport 53 drop'));
  });
  afterEach(async () => {
    for (const each of [namespace, other]) await each[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** A command where name servers are silent. */
  const silent = (where: Namespace, ...command: readonly string[]): string[] =>
    where.command('unshare', '--mount', 'sh', '-c', `mount --bind ${join(folder, 'etc')} /etc && exec "$@"`, 'sh', ...command);
  /** The first of the two to end: what is expected to, or the resolver, which gives up after half a minute. */
  async function firstOf<T>(expected: () => Promise<T>): Promise<T | 'resolver'> {
    const [file = '', ...args] = silent(other, 'getent', 'ahosts', 'collector.example');
    const resolver = spawn(file, args, { stdio: 'ignore' });
    try {
      return await Promise.race([expected(), once(resolver, 'exit').then(() => 'resolver' as const)]);
    } finally {
      resolver.kill('SIGKILL');
    }
  }

  const asked = async (): Promise<boolean> => {
    const [names, values] = (await must(namespace.command('grep', '^Udp:', '/proc/self/net/snmp'))).split('\n').map((line) => line.split(' '));
    return Number(values![names!.indexOf('OutDatagrams')]) > 0;
  };

  it('does not keep the agent when it is to stop', async () => {
    const exit = await firstOf(async () => {
      await using agent = await Agent.start({ env, args: ['--shutdown-timeout', '1s'], namespace: { command: (...command) => silent(namespace, ...command) } });
      await until(asked, true);
      return await agent.stop();
    });
    expect(exit).toEqual({ code: 0, signal: null });
  });

  it('does not keep doctor', async () => {
    const collector = async () => (await doctor(silent(namespace), { env })).checks.find(({ id }) => id === 'collector');
    expect(await firstOf(collector)).toMatchObject({ status: 'degraded', found: expect.stringContaining('no answer within 3 s') as string });
  });
});
