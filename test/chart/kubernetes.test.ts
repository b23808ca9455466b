import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { examples } from './helm.ts';
import { typeErrors, validate } from './kubernetes.ts';
import { type Manifest, manifestsOf } from './manifests.ts';

const rendered = examples.flatMap(({ values }) => manifestsOf(readFileSync(join(dirname(values), 'rendered.yaml'), 'utf8')));

it('every kind that the chart has is in an example', () => {
  const kinds = new Set(rendered.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(['ClusterRole', 'ClusterRoleBinding', 'ConfigMap', 'DaemonSet', 'NetworkPolicy', 'PodMonitor', 'PrometheusRule', 'Service', 'ServiceAccount', 'ServiceMonitor']);
});

it('the examples are valid by the descriptions of Kubernetes and of the Prometheus Operator', () => {
  for (const manifest of rendered) validate(manifest);
});

it('and have no field that these do not know', () => {
  expect(typeErrors(rendered)).toEqual([]);
});

// What the two would find.
const daemonSet = rendered.find(({ kind }) => kind === 'DaemonSet')!;
const monitor = rendered.find(({ kind }) => kind === 'PodMonitor')!;
const changed = (manifest: Manifest, from: string, to: string) => JSON.parse(JSON.stringify(manifest).replace(from, to)) as Manifest;

it('a misspelt field is found', () => {
  const misspelt = [
    changed(daemonSet, '"hostPID"', '"hostPid"'),
    changed(daemonSet, '"capabilities"', '"capabilites"'),
    changed(monitor, '"podMetricsEndpoints"', '"podMetricEndpoints"'),
  ];
  const unknown = (name: string, type: string) => `Object literal may only specify known properties, and '"${name}"' does not exist in type '${type}'.`;
  expect(typeErrors(misspelt)).toEqual([
    unknown('hostPid', 'IPodSpec'),
    unknown('capabilites', 'ISecurityContext'),
    unknown('podMetricEndpoints', 'IPodMonitorSpec'),
  ]);
});

it.each([
  [changed(daemonSet, '"containerPort":9090', '"containerPort":"9090"'), /containerPort must be integer/],
  [changed(daemonSet, '"selector":', '"choice":'), /must have required property selector/],
  [changed(monitor, '"selector":', '"choice":'), /must have required property selector/],
])('a wrong or a missing value is found (%#)', (manifest, message) => {
  expect(() => validate(manifest)).toThrow(message);
});
