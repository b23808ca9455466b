import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { Containerd, noContainerd } from '../../harness/containerd.ts';
import { describeKernel } from '../../harness/host.ts';
import { announcedRandom } from '../../harness/random.ts';
import { countsMade, countsOf } from '../../harness/scrape/counts.ts';

describeKernel(`containerd${noContainerd === undefined ? '' : ` (${noContainerd})`}`, () => {
  it.skipIf(noContainerd)('gives a container the name that nerdctl has for it; without one it has its id', async () => {
    const random = announcedRandom('containerd');
    await using containerd = await Containerd.start();
    await using agent = await Agent.start({ args: ['--container-runtime', containerd.socket], privileges: 'all' });
    const [name, other] = [random.name('named'), random.name('nameless')];
    // For a second: what is gone at once cannot be asked about.
    const plain = () => ['plain', '--port', '0', '--own-listener', '--rate', '40', '--count', `${random.between(40, 80)}`];
    const named = await containerd.run(name, 'web-1', plain());
    const nameless = await containerd.run(other, '', plain());
    await agent.settles(
      (page) => [
        countsOf(page, { process_executable_name: name }),
        countsOf(page, { process_executable_name: name, container_name: 'web-1' }),
        countsOf(page, { process_executable_name: other, workload_container_id: nameless.id }),
      ],
      [named.made, named.made, nameless.made].map(countsMade),
    );
    expect(agent.logs.lines.filter(({ code }) => code === 'CW_RUNTIME')).toEqual([]);
  });
});
