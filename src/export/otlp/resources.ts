import type { Attributes } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { MetricData, ResourceMetrics, ScopeMetrics } from '@opentelemetry/sdk-metrics';

type Point = MetricData['dataPoints'][number];

/** Prefixes of attributes that Collectors add to the resource of a sender (k8sattributes, resourcedetection). */
const OF_A_WORKLOAD = /^(k8s|container)\./;
/** Of these, what a workload shares with the agent of its node. */
const OF_THE_NODE = /^k8s\.(node|cluster)\./;

interface Group {
  readonly attributes: Attributes;
  readonly scopeMetrics: ScopeMetrics[];
}

/**
 * Gives the points of each container or pod a resource of their own, on which its attributes are, too. A Collector that
 * knows the agent's pod would otherwise put its names on the resource of all points, and an exporter that copies resource
 * attributes to points would write them over those of the workload: k8sattributes keeps what a resource has already.
 * The agent's own pod and container are not on these resources. First come the points without such attributes.
 */
export function* byWorkload({ resource, scopeMetrics }: ResourceMetrics): Generator<ResourceMetrics> {
  const groups = new Map<string, Group>([['', { attributes: {}, scopeMetrics: [] }]]);
  for (const { scope, metrics } of scopeMetrics) {
    const scopes = new Map<string, ScopeMetrics & { metrics: MetricData[] }>();
    for (const metric of metrics) {
      for (const [key, dataPoints] of Map.groupBy<string, Point>(metric.dataPoints, ({ attributes }) => keyOf(attributes))) {
        if (!groups.has(key)) groups.set(key, { attributes: namesOf(dataPoints[0]!.attributes), scopeMetrics: [] });
        if (!scopes.has(key)) {
          scopes.set(key, { scope, metrics: [] });
          groups.get(key)!.scopeMetrics.push(scopes.get(key)!);
        }
        scopes.get(key)!.metrics.push({ ...metric, dataPoints } as MetricData);
      }
    }
  }
  for (const [key, group] of groups) yield { resource: key === '' ? resource : resourceOf(resource, group.attributes), scopeMetrics: group.scopeMetrics };
}

function namesOf(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => OF_A_WORKLOAD.test(name)));
}

/** @returns '' without such attributes */
function keyOf(attributes: Attributes): string {
  let key = '';
  for (const name in attributes) if (OF_A_WORKLOAD.test(name)) key += JSON.stringify([name, attributes[name]]);
  return key;
}

function resourceOf(agent: Resource, workload: Attributes): Resource {
  const shared = Object.entries(agent.attributes).filter(([name]) => !OF_A_WORKLOAD.test(name) || OF_THE_NODE.test(name));
  return resourceFromAttributes({ ...Object.fromEntries(shared), ...workload });
}
