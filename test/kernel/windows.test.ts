import { expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import type { Page } from '../harness/exposition.ts';
import { describeKernel } from '../harness/host.ts';
import { Namespace, SILENT_PORT } from '../harness/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';

describeKernel('window gauges', () => {
  const random = announcedRandom('windows');

  it('add up, over all windows, to what was made, and fall to 0', async () => {
    await using agent = await Agent.start({ args: ['--interval', '400ms'] });
    await using namespace = await Namespace.create();
    using generator = new Generator();
    const name = random.name('window');
    const workload = { process_executable_name: name };
    const [successes, failures, cancelled] = [random.between(400, 900), random.between(400, 900), random.between(20, 80)];

    // Every window is scraped several times and counts once.
    const sums = { success: 0, failure: 0, cancelled: 0, accepts: 0 };
    const ends: number[] = [];
    let last: Page = await agent.scrape();
    const look = async () => {
      last = await agent.scrape();
      const end = last.sum('connwatch_window_end_seconds');
      if (end === ends.at(-1)) return sums;
      ends.push(end);
      for (const outcome of ['success', 'failure', 'cancelled'] as const)
        sums[outcome] += last.sum('connwatch_window_connects', { ...workload, outcome });
      sums.accepts += last.sum('connwatch_window_accepts', workload);
      return sums;
    };
    const made = Promise.all([
      generator.run(name, ['plain', '--port', '0', '--own-listener', '--rate', '500', '--count', `${successes}`], namespace),
      generator.run(name, ['plain', '--port', '7', '--rate', '500', '--count', `${failures}`], namespace),
      generator.run(name, ['cancel', '--port', `${SILENT_PORT}`, '--count', `${cancelled}`], namespace),
    ]);
    await until(look, { success: successes, failure: failures, cancelled, accepts: successes });
    await made;
    const windows = ends.length;
    expect(windows).toBeGreaterThan(2);
    await until(async () => (await look(), ends.length > windows + 1), true);
    expect(sums).toEqual({ success: successes, failure: failures, cancelled, accepts: successes });
    expect([last.sum('connwatch_window_connects', workload), last.sum('connwatch_window_accepts', workload)]).toEqual([0, 0]);
  });
});
