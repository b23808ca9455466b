import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { parseMaxFiles } from '../../../src/metrics/self/own-process.ts';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { until } from '../../harness/until.ts';

describeKernel("the metrics of Prometheus' own clients", () => {
  it('are those of the confined agent', async () => {
    await using agent = await Agent.start();
    const page = await agent.scrape();
    const value = (name: string) => page.value(name)!;
    expect(value('process_cpu_seconds_total')).toBeCloseTo(page.sum('process_cpu_time_seconds_total'), 9);
    expect(value('process_resident_memory_bytes')).toBe(value('process_memory_usage_bytes'));
    expect(value('process_virtual_memory_bytes')).toBeGreaterThan(value('process_resident_memory_bytes'));
    expect(value('process_max_fds')).toBe(parseMaxFiles(readFileSync(`/proc/${agent.pid}/limits`, 'utf8')));
    expect(Math.abs(Date.now() / 1000 - value('process_start_time_seconds'))).toBeLessThan(120);

    const before = value('process_open_fds');
    const [host, port] = agent.metrics.split(':');
    const sockets = Array.from({ length: 10 }, () => connect(Number(port), host));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    await until(async () => (await agent.scrape()).value('process_open_fds'), before + 10);
    for (const socket of sockets) socket.destroy();
    await until(async () => (await agent.scrape()).value('process_open_fds'), before);
  });
});
