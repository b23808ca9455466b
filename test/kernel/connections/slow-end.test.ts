import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { at, describeKernel } from '../../harness/host.ts';
import { Namespace } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { countsMade, countsOf } from '../../harness/scrape/counts.ts';
import { Generator } from '../../harness/traffic.ts';

const CLOSED_PORT = 7;

/** Attaches bench/bpf/slow.bpf.c, after what is attached already. To be disposed of. */
class SlowEnds implements AsyncDisposable {
  readonly #child = spawn(at('build', 'bench', 'programs'), [at('build', 'bench', 'slow.bpf.o')], { stdio: ['pipe', 'pipe', 'inherit'] });

  static async attach(): Promise<SlowEnds> {
    const slow = new SlowEnds();
    slow.#child.stdin.write('\n');
    await once(slow.#child.stdout, 'data');
    return slow;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'close');
    this.#child.stdin.end();
    await ended;
  }
}

describeKernel('a scan that comes between the programs and the new state', () => {
  const random = announcedRandom('slow-end');

  it('takes no socket that has just ended for one from before', async () => {
    await using agent = await Agent.start();
    await using _slow = await SlowEnds.attach();
    await using namespace = await Namespace.create();
    using generator = new Generator();
    const [refused, reset] = [random.name('refused'), random.name('reset')];
    // Some 50 windows of 200 ms, each with a scan.
    const first = await generator.run(refused, ['plain', '--port', `${CLOSED_PORT}`, '--rate', '1500', '--count', '7500'], namespace);
    const second = await generator.run(reset, ['plain', '--port', '0', '--own-listener', '--end', 'rst', '--rate', '800', '--count', '4000'], namespace);
    await agent.settles((page) => [refused, reset].map((name) => countsOf(page, { process_executable_name: name })), [countsMade(first), countsMade(second)]);
    const page = await agent.scrape();
    expect(page.sum('connwatch_tcp_connection_duration_seconds_count', { process_executable_name: reset })).toBe(2 * second.successes);
  });
});
