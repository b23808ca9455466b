import { afterAll, beforeAll, expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { countsMade, countsOf, lossesOf } from '../harness/counts.ts';
import { describeKernel } from '../harness/host.ts';
import { Namespace, SILENT_PORT } from '../harness/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { Generator } from '../harness/traffic.ts';

// What is true of an agent that was not running can't have been polled.
describeKernel('an agent that was stopped while it happened', () => {
  const random = announcedRandom('stopped');
  let agent: Agent;
  let namespace: Namespace;
  let generator: Generator;

  beforeAll(async () => {
    agent = await Agent.start();
    namespace = await Namespace.create();
    generator = new Generator();
  });
  afterAll(async () => {
    generator[Symbol.dispose]();
    await namespace[Symbol.asyncDispose]();
    await agent[Symbol.asyncDispose]();
  });

  it.each(['127.0.0.1', '::1'])('knows names, outcomes and numbers of processes that are gone: %s', async (address) => {
    const [opener, refused, silent] = [random.name('opener'), random.name('refused'), random.name('silent')];
    await agent.scrape();
    agent.signal('SIGSTOP');
    const to = ['--address', address, '--check-snmp'];
    const made = [
      await generator.run(opener, ['plain', '--port', '0', '--own-listener', '--count', `${random.between(500, 2000)}`, ...to], namespace),
      await generator.run(refused, ['plain', '--port', '7', '--count', `${random.between(500, 2000)}`, ...to], namespace),
      await generator.run(silent, ['give-up', '--port', `${SILENT_PORT}`, '--count', `${random.between(20, 80)}`, ...to], namespace),
    ];
    agent.signal('SIGCONT');
    await agent.settles(
      (page, history) => ({
        counts: [opener, refused, silent].map((name) => countsOf(page, { process_executable_name: name })),
        pids: made.map(({ pid, comm }) => history.sum('tcp_connects_by_pid', { pid: `${pid}`, comm })),
        lost: lossesOf(page),
      }),
      { counts: made.map(countsMade), pids: made.map(({ attempts }) => attempts), lost: {} },
    );
    expect(Object.keys(made[2]!.failures)).toEqual(['unanswered']);
  });
});
