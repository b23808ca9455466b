import { expect, it } from 'vitest';
import { describeKernel } from '../../harness/host.ts';
import { SILENT_PORT } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { countsMade, countsOf, lossesOf } from '../../harness/scrape/counts.ts';
import { watched } from '../../harness/watched.ts';

// What is true of an agent that was not running can't have been polled.
describeKernel('an agent that was stopped while it happened', () => {
  const random = announcedRandom('stopped');
  const on = watched();

  it.each(['127.0.0.1', '::1'])('knows names, outcomes and numbers of processes that are gone: %s', async (address) => {
    const [opener, refused, silent] = [random.name('opener'), random.name('refused'), random.name('silent')];
    await on.agent.scrape();
    on.agent.signal('SIGSTOP');
    const to = ['--address', address, '--check-snmp'];
    const made = [
      await on.generator.run(opener, ['plain', '--port', '0', '--own-listener', '--count', `${random.between(500, 2000)}`, ...to], on.namespace),
      await on.generator.run(refused, ['plain', '--port', '7', '--count', `${random.between(500, 2000)}`, ...to], on.namespace),
      await on.generator.run(silent, ['give-up', '--port', `${SILENT_PORT}`, '--count', `${random.between(20, 80)}`, ...to], on.namespace),
    ];
    on.agent.signal('SIGCONT');
    await on.agent.settles(
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
