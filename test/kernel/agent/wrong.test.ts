import { it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { Namespace } from '../../harness/kernel/namespace.ts';
import { wrongBuild } from '../../harness/kernel/wrong-build.ts';
import { announcedRandom } from '../../harness/random.ts';
import { countsOf } from '../../harness/scrape/counts.ts';
import { Generator } from '../../harness/traffic.ts';

describeKernel('a build that counts wrongly on purpose', () => {
  const random = announcedRandom('wrong');

  it.each([
    ['misses every second accept', 'events/transition.bpf.h', '\t\tconn = conn_of_unseen(sk, cookie, from, to);\n', '\t\tif (cookie >> 1 & 1)\n\t\t\treturn;\n\t\tconn = conn_of_unseen(sk, cookie, from, to);\n', 'PassiveOpens'],
    ['counts every connect that is refused twice', 'events/connect.bpf.h', '\tend_attempt(sk, tcp, conn, outcome, error, TCP_CLOSE, syn_queued ? 0 : CW_FLAG_NO_SYN);\n', '\tif (outcome == CW_OUT_REFUSED)\n\t\tend_attempt(sk, tcp, conn, outcome, error, TCP_CLOSE, 0);\n\tend_attempt(sk, tcp, conn, outcome, error, TCP_CLOSE, syn_queued ? 0 : CW_FLAG_NO_SYN);\n', 'ActiveOpens'],
  ])('is told by its drift: one that %s', async (_, file, find, replace, counter) => {
    using wrong = await wrongBuild(file, find, replace);
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ namespace, args: ['--bpf-object', wrong.path] });
    const netns = `${namespace.inode}`;
    // The scrapes are in this namespace too, so that accepts are missed from the start.
    await agent.settles((page) => page.value('connwatch_drift', { netns, counter }) !== undefined, true);
    using generator = new Generator();
    const name = random.name('traffic');
    const own = (page: Parameters<typeof countsOf>[0]) => countsOf(page, { process_executable_name: name });
    const made =
      counter === 'PassiveOpens'
        ? (await generator.run(name, ['plain', '--port', '0', '--own-listener', '--count', '200'], namespace)).accepts
        : (await generator.run(name, ['plain', '--port', '7', '--count', '200'], namespace)).attempts;
    // What it says it is wrong by, is what it is wrong by.
    await agent.settles((page) => {
      const counted = counter === 'PassiveOpens' ? own(page).accepts : own(page).attempts;
      const drift = page.value('connwatch_drift', { netns, counter });
      const told = counter === 'PassiveOpens' ? drift! <= counted - made : drift === counted - made;
      return { wrong: counted !== made && counted > 0, told };
    }, { wrong: true, told: true });
  });
});
