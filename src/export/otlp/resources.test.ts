import type { Attributes } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { expect, it } from 'vitest';
import { collection, counter } from './fixtures.ts';
import { byWorkload } from './resources.ts';

const AGENT = { 'service.name': 'connwatch', 'k8s.node.name': 'node-7', 'k8s.cluster.name': 'here', 'k8s.pod.name': 'connwatch-x7f2q', 'k8s.daemonset.name': 'connwatch', 'container.id': 'f'.repeat(64) };
const NODE = { 'service.name': 'connwatch', 'k8s.node.name': 'node-7', 'k8s.cluster.name': 'here' };

/** A counter with a point for each set of attributes; its value is the position. */
function counterOf(name: string, ...points: Attributes[]) {
  const metric = counter(name, { any: 0 });
  return { ...metric, dataPoints: points.map((attributes, value) => ({ ...metric.dataPoints[0]!, attributes, value })) } as typeof metric;
}

function resources(...metrics: ReturnType<typeof counter>[]) {
  const collected = { ...collection(...metrics), resource: resourceFromAttributes(AGENT) };
  return [...byWorkload(collected)].map(({ resource, scopeMetrics }) => ({
    resource: resource.attributes,
    points: scopeMetrics.flatMap((scope) => scope.metrics.flatMap(({ descriptor, dataPoints }) => dataPoints.map(({ attributes, value }) => [descriptor.name, attributes, value]))),
  }));
}

it('leaves all with the agent where no point names a container or pod', () => {
  const points = [{ 'process.executable.name': 'curl' }, { 'workload.container.id': 'a' }];
  expect(resources(counterOf('a', ...points))).toEqual([{ resource: AGENT, points: points.map((each, i) => ['a', each, i]) }]);
});

it('gives each workload its resource, with what it shares with the agent and nothing else of the agent', () => {
  const checkout = { 'k8s.namespace.name': 'shop', 'k8s.deployment.name': 'checkout', 'k8s.container.name': 'main' };
  const db = { 'k8s.namespace.name': 'shop', 'k8s.statefulset.name': 'db', 'k8s.pod.name': 'db-0' };
  const named = { 'container.name': 'web', 'container.image.name': 'nginx' };
  const host = { 'process.executable.name': 'sshd' };
  const of = (workload: Attributes, port: number) => ({ ...workload, 'server.port': port });
  expect(resources(counterOf('a', of(checkout, 1), host, of(db, 1), of(checkout, 2)), counterOf('empty'), counterOf('b', named, of(db, 1)))).toEqual([
    { resource: AGENT, points: [['a', host, 1]] },
    { resource: { ...NODE, ...checkout }, points: [['a', of(checkout, 1), 0], ['a', of(checkout, 2), 3]] },
    { resource: { ...NODE, ...db }, points: [['a', of(db, 1), 2], ['b', of(db, 1), 1]] },
    { resource: { ...NODE, ...named }, points: [['b', named, 0]] },
  ]);
});

it('takes no two values for one, whatever they contain', () => {
  const one = { 'container.name': 'a"]["container.image.name","b' };
  const other = { 'container.name': 'a', 'container.image.name': 'b' };
  expect(resources(counterOf('a', one, other)).map(({ resource }) => resource)).toEqual([AGENT, { ...NODE, ...one }, { ...NODE, ...other }]);
});
