import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { Flood, type FloodMode } from '../../harness/flood.ts';
import { describeKernel } from '../../harness/host.ts';
import { Namespace } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import type { Page } from '../../harness/scrape/exposition.ts';
import { Generator } from '../../harness/traffic.ts';

/** `npm run bench -- flood` has what we want; this is what may never be. */
const MOST_MB = 120;
const REFUSED = { error_type: 'refused' };

function resident(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return (pages * 4096) / 1e6;
}

/** Records whose detail is lost; what shares a series for want of one is not. */
const lost = (page: Page) => page.select('connwatch_events_lost_total').filter(({ labels, value }) => value > 0 && labels['stage'] !== 'metrics');

describeKernel('one user who makes all that he can', () => {
  const random = announcedRandom('flood');

  it.each<[FloodMode, number]>([
    ['destinations', 200_000],
    ['processes', 5000],
    ['executables', 1500],
  ])('%s: the agent stays small, and all is counted, others one by one', { timeout: 300_000 }, async (mode, count) => {
    await using agent = await Agent.start();
    await using namespace = await Namespace.create();
    using generator = new Generator();
    // Somebody stays in the namespace, so that it is compared with the kernel's counters.
    const stays = generator.start('stays', ['listen', '--port', '7000'], namespace);
    await stays.said.line({ listening: true });
    await agent.settles((page) => page.value('connwatch_drift', { netns: `${namespace.inode}`, counter: 'ActiveOpens' }), 0);
    const [before, quiet] = [resident(agent.pid), random.name('quiet')];

    await using flood = new Flood(mode, { count, seconds: 60 }, namespace);
    let [running, peak, asked] = [true, 0, 0];
    const finished = flood.finish().finally(() => (running = false));
    // Another workload meanwhile, to an address that is new each time.
    while (running) {
      const address = `127.0.0.${1 + asked++}`;
      await generator.run(quiet, ['plain', '--address', address, '--port', '9', '--count', '3'], namespace);
      peak = Math.max(peak, resident(agent.pid));
      if (asked === 200) break;
    }
    const made = await finished;
    expect(made).toMatchObject({ attempts: count, refused: count });

    const expected = Object.fromEntries(Array.from({ length: asked }, (_, i) => [`127.0.0.${1 + i}`, 3]));
    const page = await agent.settles(
      (seen) => ({
        quiet: seen.by('server_address', 'connwatch_tcp_connect_failures_total', { process_executable_name: quiet, ...REFUSED }),
        drift: seen.value('connwatch_drift', { netns: `${namespace.inode}`, counter: 'ActiveOpens' }),
        lost: lost(seen),
      }),
      { quiet: expected, drift: 0, lost: [] },
    );
    const of = (name: string) => page.sum(name, { server_port: '9' }) + page.sum(name, { otel_metric_overflow: 'true' });
    // Others of this machine may be in the overflow series, too, and nobody else connects to this port.
    expect(of('connwatch_tcp_connect_attempts_total')).toBeGreaterThanOrEqual(count + 3 * asked);
    expect(Math.max(peak, resident(agent.pid)) - before).toBeLessThan(MOST_MB);
    await stays.finish();
  });
});
