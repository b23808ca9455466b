import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { Namespace, SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { countsMade, countsOf } from '../../harness/scrape/counts.ts';
import type { Match, Page } from '../../harness/scrape/exposition.ts';
import { Generator } from '../../harness/traffic.ts';
import { until } from '../../harness/until.ts';

interface Sums {
  readonly success: number;
  readonly failure: number;
  readonly cancelled: number;
  readonly accepts: number;
}

/** What the gauges say of the last window. */
function windowOf(page: Page, workload: Match): Sums {
  const connects = (outcome: string) => page.sum('connwatch_window_connects', { ...workload, outcome });
  return {
    success: connects('success'),
    failure: connects('failure'),
    cancelled: connects('cancelled'),
    accepts: page.sum('connwatch_window_accepts', workload),
  };
}

/** What the counters say of all windows. */
function totalsOf(page: Page, workload: Match): Sums {
  const { successes, failures, accepts } = countsOf(page, workload);
  const { cancelled = 0, ...failed } = failures;
  return { success: successes, failure: Object.values(failed).reduce((sum, count) => sum + count, 0), cancelled, accepts };
}

const NOTHING: Sums = { success: 0, failure: 0, cancelled: 0, accepts: 0 };

const apply = (combine: (a: number, b: number) => number, a: Sums, b: Sums): Sums => ({
  success: combine(a.success, b.success),
  failure: combine(a.failure, b.failure),
  cancelled: combine(a.cancelled, b.cancelled),
  accepts: combine(a.accepts, b.accepts),
});
const add = (a: Sums, b: Sums) => apply((x, y) => x + y, a, b);
const subtract = (a: Sums, b: Sums) => apply((x, y) => x - y, a, b);

/**
 * The windows of an agent, looked at again and again. On a machine that is busy
 * a window may pass unseen between two looks: it shows by the next one's length,
 * and only the counters tell what was in it.
 */
class Windows {
  /** Windows that were seen with something in them. */
  seen = 0;
  /** All that was in windows, the unseen ones by the counters. */
  sums = NOTHING;
  last: Page;
  readonly #agent: Agent;
  readonly #workload: Match;

  constructor(agent: Agent, workload: Match, first: Page) {
    this.#agent = agent;
    this.#workload = workload;
    this.last = first;
  }

  /** @returns whether there is a new window; it fails the test when that is not what the counters grew by */
  async look(): Promise<boolean> {
    const page = await this.#agent.scrape();
    const [before, end] = [this.last, page].map((each) => each.sum('connwatch_window_end_seconds'));
    if (end === before) return false;
    const shown = windowOf(page, this.#workload);
    const grown = subtract(totalsOf(page, this.#workload), totalsOf(this.last, this.#workload));
    const unseen = subtract(grown, shown);
    const follows = Math.abs(end! - page.sum('connwatch_window_length_seconds') - before!) < 0.0005;
    const fewest = Math.min(unseen.success, unseen.failure, unseen.cancelled, unseen.accepts);
    if (follows) expect(unseen, `window to ${end}`).toEqual(NOTHING);
    else expect(fewest, `unseen before ${end}`).toBeGreaterThanOrEqual(0);
    if (follows && shown.success + shown.failure > 0) this.seen += 1;
    this.sums = add(this.sums, grown);
    this.last = page;
    return true;
  }
}

describeKernel('window gauges', () => {
  const random = announcedRandom('windows');

  it('are what the counters grow by, window by window, and fall to 0', async () => {
    // A counter that is shown at 0 first would be behind its window.
    await using agent = await Agent.start({ args: ['--interval', '400ms', '--new-series-at-zero', 'false'] });
    await using namespace = await Namespace.create();
    using generator = new Generator();
    const name = random.name('window');
    const workload = { process_executable_name: name };
    const windows = new Windows(agent, workload, await agent.scrape());
    let made = NOTHING;
    // As many rounds as it takes to see three windows that have something in them.
    for (let round = 0; windows.seen < 3; round++) {
      expect(round, 'rounds in which too many windows passed unseen').toBeLessThan(10);
      const [successes, failures, cancelled] = [random.between(400, 900), random.between(400, 900), random.between(20, 80)];
      const traffic = Promise.all([
        generator.run(name, ['plain', '--port', '0', '--own-listener', '--rate', '500', '--count', `${successes}`], namespace),
        generator.run(name, ['plain', '--port', '7', '--rate', '500', '--count', `${failures}`], namespace),
        generator.run(name, ['cancel', '--port', `${SILENT_PORT}`, '--count', `${cancelled}`], namespace),
      ]);
      made = add(made, { success: successes, failure: failures, cancelled, accepts: successes });
      await until(async () => (await windows.look(), windows.sums), made);
      expect((await traffic).map((truth) => countsMade(truth).attempts)).toEqual([successes, failures, cancelled]);
    }
    for (let idle = 0; idle < 2; idle++) await until(() => windows.look(), true);
    expect({ sums: windows.sums, now: windowOf(windows.last, workload) }).toEqual({ sums: made, now: NOTHING });
  });
});
