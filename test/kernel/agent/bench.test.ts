import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { page } from '../../../bench/lib/page.ts';
import { attachedIn, startBy, type Way, WAYS } from '../../../bench/lib/sync-ways.ts';
import { built, produce, Tool } from '../../../bench/lib/tools.ts';
import { EVENT_OFFSETS, EVENT_SIZE, Manager } from '../../../src/ebpf/index.ts';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { announcedRandom } from '../../harness/random.ts';
import { lossesOf } from '../../harness/scrape/counts.ts';
import { until } from '../../harness/until.ts';

/** The cookie of every record that bench/bpf/produce.bpf.c writes. */
const PRODUCED = 2n ** 63n - 1n;

/** The tools of the benchmarks: if they were wrong, every number in docs/internals/performance.md would be. */
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

  it('that are more than a batch holds are drained at once, whatever the coalescing time', async () => {
    await using manager = new Manager({ batchSize: 100, coalesce: 60_000 });
    let seen = 0;
    manager.batches.subscribe(({ bytes, length }) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < length; i++) if (view.getBigUint64(i * EVENT_SIZE + EVENT_OFFSETS.cookie, true) === PRODUCED) seen++;
    });
    manager.start();
    const count = random.between(5000, 10_000);
    // While this process waits for it: all of them are in the ring before the first is drained.
    execFileSync(built('producer'), [built('produce.bpf.o'), `${process.pid}`, '7', '0', `${count}`]);
    await until(() => seen, count);
  });

  it('are all read by the loop in C', async () => {
    await using floor = new Tool('floor', built('produce.bpf.o'));
    await floor.line();
    const count = random.between(50_000, 60_000);
    expect(await produce({ pid: floor.pid, keys: 7, rate: 500_000, count })).toMatchObject({ lost: 0 });
    expect(await floor.finish()).toMatchObject({ records: count });
  });
});

describeKernel('the agent that a benchmark starts for a way of --sync-failures', () => {
  it.each<[Way, string[]]>([
    ['off', []],
    ['fexit', ['fexit', 'fexit']],
    ['kretprobe', ['kprobe', 'kprobe', 'kretprobe', 'kretprobe']],
    ['syscall', ['tp']],
  ])('has the programs of %s', async (way, mechanisms) => {
    const missing = WAYS[way].missing();
    // Where auto finds nothing, it is not to be taken for what it would have been.
    if (missing === undefined) {
      await using agent = await startBy(way);
      expect(attachedIn(await page(agent)).sort()).toEqual(mechanisms);
    } else await expect(startBy(way)).rejects.toThrow(`by nothing instead of ${way}`);
  });
});
