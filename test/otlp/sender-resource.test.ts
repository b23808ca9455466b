import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { Containerd, noContainerd } from '../harness/containerd.ts';
import { describeKernel } from '../harness/host.ts';
import { Cgroup, hierarchies } from '../harness/kernel/cgroup.ts';
import { Namespace } from '../harness/kernel/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import type { Page } from '../harness/scrape/exposition.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { noCollector, RealCollector } from './collector.ts';

/** What the k8sattributes processor adds to the resource of the pod that pushes. */
const SENDER = {
  'container.id': 'f'.repeat(64),
  'container.image.name': 'connwatch',
  'container.name': 'connwatch-agent',
  'k8s.container.name': 'agent',
  'k8s.daemonset.name': 'connwatch',
  'k8s.namespace.name': 'monitoring',
  'k8s.node.name': 'node-7',
  'k8s.pod.ip': '10.0.0.7',
  'k8s.pod.name': 'connwatch-x7f2q',
  'k8s.pod.uid': '4f1c2f5e-1d8a-4b53-9a1e-0f6f3f0c5d11',
};
/** Copies them to each point. */
const CONVERT = { exporters: { prometheus: { resource_to_telemetry_conversion: { enabled: true } } } };
const ATTEMPTS = 'connwatch_tcp_connect_attempts_total';

describeKernel(`attributes that a Collector adds to the sender${noCollector === undefined ? '' : ` (${noCollector})`}`, () => {
  const random = announcedRandom('sender');

  it.skipIf(noCollector)('overwrite no label of a series when the exporter copies them to each', async () => {
    await using collector = await RealCollector.start('gateway', {}, CONVERT);
    await using namespace = await Namespace.create();
    await using agent = await Agent.start({ env: pushingTo(collector) });
    using generator = new Generator();
    const name = random.name('in-containers');
    const made = new Map<string, number>();
    for (const of of ['one', 'two', 'three']) {
      const id = createHash('sha256').update(random.name(of)).digest('hex');
      made.set(id, random.between(5, 80));
      using cgroup = new Cgroup(hierarchies()[0], `/docker/${id}`);
      await generator.run(name, ['plain', '--port', '7', '--count', `${made.get(id)!}`], { command: (...command) => cgroup.command(...namespace.command(...command)) });
    }
    const attempts = (page: Page): Record<string, number> => Object.fromEntries(page.select(ATTEMPTS, { process_executable_name: name }).map(({ labels, value }) => [labels['workload_container_id'] ?? '', value]));
    const expected: Record<string, number> = Object.fromEntries(made);
    await agent.settles(attempts, expected);
    await until(async () => attempts(await collector.scrape()), expected);

    const ours = (await agent.scrape()).select(ATTEMPTS, { process_executable_name: name });
    const theirs = (await collector.scrape()).select(ATTEMPTS, { process_executable_name: name });
    // Each label as on the agent's own page, and the sender's beside.
    for (const { labels, value } of ours) expect(theirs.filter((one) => one.value === value).map((one) => one.labels)).toContainEqual(expect.objectContaining(labels) as unknown);
    expect(new Set(theirs.map(({ labels }) => labels['container_id']))).toEqual(new Set([SENDER['container.id']]));
  });

  it.skipIf(noCollector ?? noContainerd)('are not those of containers with names, which have resources of their own', async () => {
    await using collector = await RealCollector.start('gateway', {}, CONVERT);
    await using containerd = await Containerd.start();
    await using agent = await Agent.start({ args: ['--container-runtime', containerd.socket], env: pushingTo(collector), privileges: 'all' });
    const name = random.name('named');
    const made: Record<string, number> = {};
    for (const called of ['web', 'api', 'cache']) {
      made[called] = random.between(40, 80);
      await containerd.run(name, called, ['plain', '--port', '7', '--rate', '40', '--count', `${made[called]}`]);
    }
    const attempts = (page: Page): Record<string, number> => Object.fromEntries(page.select(ATTEMPTS, { process_executable_name: name }).map(({ labels, value }) => [labels['container_name'] ?? '', value]));
    await agent.settles(attempts, made);
    await until(async () => attempts(await collector.scrape()), made);

    const theirs = (await collector.scrape()).select(ATTEMPTS, { process_executable_name: name });
    for (const { labels } of theirs) {
      expect(labels).toMatchObject({ job: 'connwatch', k8s_node_name: SENDER['k8s.node.name'] });
      for (const of of ['k8s_pod_name', 'k8s_daemonset_name', 'container_id']) expect(labels).not.toHaveProperty(of);
    }
  });
});

/** The environment of an agent that pushes there with the sender's attributes on its resource. */
function pushingTo(collector: RealCollector): Record<string, string> {
  const resource = Object.entries(SENDER).map(([name, value]) => `${name}=${value}`);
  return { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.otlp}`, OTEL_METRIC_EXPORT_INTERVAL: '1000', OTEL_RESOURCE_ATTRIBUTES: resource.join() };
}
