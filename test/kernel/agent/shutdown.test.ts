import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { Namespace } from '../../harness/kernel/namespace.ts';
import { must } from '../../harness/run.ts';
import { until } from '../../harness/until.ts';

/** Far more than the kernel keeps for a connection on loopback, so that the rest waits in the agent. */
const PEERS = 15_000;
const CONNECTS = `
  const { connect } = require('node:net');
  const next = (n) => n < ${PEERS} && connect(7, \`127.1.\${n >> 8}.\${n & 255}\`).on('error', () => next(n + 50));
  for (let n = 0; n < 50; n++) next(n);`;

const ARGS = ['--series-limit', '100000', '--interval', '1s'];

/** A client that has asked for the page and received its first bytes. It reads the rest when it is resumed. */
async function stoppedReader(agent: Agent): Promise<Socket> {
  const [host = '', port] = agent.metrics.split(':');
  const socket = connect({ port: Number(port), host, allowHalfOpen: true }).pause();
  socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'readable');
  return socket;
}

async function withLongPage(agent: Agent): Promise<void> {
  await using namespace = await Namespace.create();
  await must(namespace.command(process.execPath, '-e', CONNECTS));
  const failures = async () => (await agent.text()).split('\nconnwatch_tcp_connect_failures_total{').length > PEERS;
  await until(failures, true);
}

describeKernel('SIGTERM while somebody scrapes', () => {
  it('gives a slow reader every byte before it says that it has stopped, and ends with 0', async () => {
    await using agent = await Agent.start({ args: [...ARGS, '--shutdown-timeout', '60s'] });
    await withLongPage(agent);
    const reader = await stoppedReader(agent);
    agent.signal('SIGTERM');
    await agent.logs.line({ msg: 'stopping' });

    let text = '';
    for await (const chunk of reader) {
      text += String(chunk);
      await delay(1);
    }
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(agent.logs.lines.filter(({ msg }) => msg === 'stopped')).toEqual([]);
    reader.end();
    await agent.logs.line({ msg: 'stopped' });
    expect(body.length).toBeGreaterThan(5_000_000);
    expect(`${body.length}`).toBe(/^content-length: (\d+)$/im.exec(head)?.[1]);
    expect(await agent.exited).toEqual({ code: 0, signal: null });
  });

  it('cuts a reader that never reads at the shutdown timeout', async () => {
    await using agent = await Agent.start({ args: [...ARGS, '--shutdown-timeout', '1s'] });
    await withLongPage(agent);
    const reader = (await stoppedReader(agent)).on('error', () => {});
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    reader.destroy();
  });
});
