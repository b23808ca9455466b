import { expect, it } from 'vitest';
import { built, produce, Tool } from '../../bench/lib/tools.ts';
import { Agent } from '../harness/agent.ts';
import { lossesOf } from '../harness/counts.ts';
import { describeKernel } from '../harness/host.ts';
import { announcedRandom } from '../harness/random.ts';

/** What the benchmarks measure with: were it wrong, so would be every number of docs/performance.md. */
describeKernel('records that a benchmark writes', () => {
  const random = announcedRandom('bench');

  it('are counted by the agent, each once, by key', async () => {
    // Half of the places are for one cgroup.
    await using agent = await Agent.start({ args: ['--series-limit', '200'] });
    const [keys, count] = [random.between(20, 90), random.between(50_000, 60_000)];
    expect(await produce({ pid: agent.pid, keys, rate: 500_000, count })).toMatchObject({ produced: count, lost: 0 });
    const producer = { process_executable_name: 'producer' };
    const page = await agent.settles(
      (page) => ({ successes: page.sum('connwatch_tcp_connect_successes_total', producer), lost: lossesOf(page) }),
      { successes: count, lost: {} },
    );
    expect(page.select('connwatch_tcp_connect_successes_total', producer).length).toBe(keys);
  });

  it('are all read by the loop in C', async () => {
    await using floor = new Tool('floor', built('produce.bpf.o'));
    await floor.line();
    const count = random.between(50_000, 60_000);
    expect(await produce({ pid: floor.pid, keys: 7, rate: 500_000, count })).toMatchObject({ lost: 0 });
    expect(await floor.finish()).toMatchObject({ records: count });
  });
});
