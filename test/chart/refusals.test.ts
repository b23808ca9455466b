import type { IDaemonSet } from 'kubernetes-models/apps/v1';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { describe, expect, it } from 'vitest';
import { because, type Helm, helms, noHelm, render, withFile } from './helm.ts';
import { containerOf, manifestsOf } from './manifests.ts';
import { valuesFile, valuesOf } from './values.ts';

const SCHEMA = "values don't meet the specifications of the schema";

/** Values, and what Helm 3.17 and Helm 4 say of them. */
const BY_SCHEMA: [string, unknown, string, string][] = [
  ['a misspelt key', { hostPid: true }, '(root): Additional property hostPid is not allowed', "additional properties 'hostPid' not allowed"],
  ['a misspelt key below', { probes: { livenes: {} } }, 'probes: Additional property livenes is not allowed', "'/probes': additional properties 'livenes' not allowed"],
  ['a misspelt field of Kubernetes', { securityContext: { capabilites: {} } }, 'securityContext: Additional property capabilites', "'/securityContext': additional properties 'capabilites'"],
  ['an unknown setting', { config: { 'metric-addr': ':1' } }, 'config: Additional property metric-addr is not allowed', "'/config': additional properties 'metric-addr' not allowed"],
  ['a setting for flags only', { config: { config: '/x' } }, 'config: Additional property config is not allowed', "'/config': additional properties 'config' not allowed"],
  ['port 0', { config: { 'metrics-addr': ':0' } }, 'config.metrics-addr: Does not match pattern', "'/config/metrics-addr': ':0' does not match pattern"],
  ['a port that is too high', { config: { 'health-addr': ':65536' } }, 'config.health-addr: Does not match pattern', "'/config/health-addr': ':65536' does not match pattern"],
  ['a port alone', { config: { 'metrics-addr': 9090 } }, 'config.metrics-addr: Invalid type. Expected: string, given: integer', "'/config/metrics-addr': got number, want string"],
  ['no port', { config: { 'metrics-addr': null } }, 'config: metrics-addr is required', "'/config': missing property 'metrics-addr'"],
  ['a duration without a unit', { config: { interval: '5' } }, 'config.interval: Does not match pattern', "'/config/interval': '5' does not match pattern"],
  ['a word for a number', { config: { 'series-limit': 'many' } }, 'config.series-limit: Invalid type. Expected: integer, given: string', "'/config/series-limit': got string, want integer"],
  ['a number that is too high', { config: { 'series-limit': 1_000_001 } }, 'config.series-limit: Must be less than or equal to 1e+06', "'/config/series-limit': maximum: got 1.000001"],
  ['a word for yes', { hostNetwork: 'yes' }, 'hostNetwork: Invalid type. Expected: boolean, given: string', "'/hostNetwork': got string, want boolean"],
  ['an unknown word', { config: { 'log-level': 'loud' } }, 'config.log-level must be one of', "'/config/log-level': value must be one of"],
  ['an endpoint that the exporter cannot use', { otlp: { endpoint: 'http://collector' } }, 'otlp.endpoint: Does not match pattern', "'/otlp/endpoint': 'http://collector' does not match pattern"],
  ['an endpoint whose port is none', { otlp: { endpoint: 'http://collector:0' } }, 'otlp.endpoint: Does not match pattern', "'/otlp/endpoint': 'http://collector:0' does not match pattern"],
  ['a URL for an image', { image: { repository: 'https://registry/x' } }, 'image.repository: Does not match pattern', "'/image/repository': 'https://registry/x' does not match pattern"],
  ['a probe that never waits', { probes: { liveness: { periodSeconds: 0 } } }, 'probes.liveness.periodSeconds: Must be greater than or equal to 1', "'/probes/liveness/periodSeconds': minimum: got 0, want 1"],
  ['a capability with its prefix', { securityContext: { capabilities: { add: ['CAP_BPF'] } } }, 'securityContext.capabilities.add.0', "'/securityContext/capabilities/add/0'"],
  ['a label key with a space', { commonLabels: { 'a b': 'c' } }, 'commonLabels: Property name of "a b" does not match', "invalid propertyName 'a b'"],
  ['a label key with two slashes', { podLabels: { 'a/b/c': 'd' } }, 'podLabels: Property name of "a/b/c" does not match', "invalid propertyName 'a/b/c'"],
  ['a label value with a space', { service: { labels: { a: 'b c' } } }, 'service.labels.a: Does not match pattern', "'/service/labels/a': 'b c' does not match pattern"],
  ['a label value that is too long', { podLabels: { a: 'b'.repeat(64) } }, 'podLabels.a: String length must be less than or equal to 63', "'/podLabels/a': maxLength: got 64, want 63"],
  ['an annotation key that is none', { podAnnotations: { 'a:b': 'c' } }, 'podAnnotations: Property name of "a:b" does not match', "invalid propertyName 'a:b'"],
  ['an attribute that the agent would refuse', { resourceAttributes: { a: 'v'.repeat(256) } }, 'resourceAttributes.a: String length must be less than or equal to 255', "'/resourceAttributes/a': maxLength: got 256, want 255"],
  ['a number that Helm would round', { resourceAttributes: { id: 9_007_199_254_740_992 } }, 'resourceAttributes.id: Must be less than or equal to 9.007199254740991e+15', "'/resourceAttributes/id': maximum: got 9"],
  ['a block without anything', { otlp: null }, '(root): otlp is required', "missing property 'otlp'"],
  ['a block without anything below', { otlp: { tls: { ca: null } } }, 'otlp.tls: ca is required', "'/otlp/tls': missing property 'ca'"],
  ['an interval that the agent refuses', { otlp: { interval: 99 } }, 'otlp.interval: Must be greater than or equal to 100', "'/otlp/interval': minimum: got 99, want 100"],
  ['no interval', { otlp: { interval: null } }, 'otlp: interval is required', "'/otlp': missing property 'interval'"],
  ['neither yes nor no', { serviceAccount: { create: null } }, 'serviceAccount: create is required', "'/serviceAccount': missing property 'create'"],
  ['a peer that is none', { networkPolicy: { metrics: { from: [{ podSelectr: {} }] } } }, 'networkPolicy.metrics.from.0: Additional property podSelectr', "'/networkPolicy/metrics/from/0': additional properties 'podSelectr'"],
];

/** What is right alone and wrong together. */
const BY_TEMPLATE: [unknown, string][] = [
  [{ config: { 'metrics-addr': ':8080' } }, 'config.metrics-addr and config.health-addr both use port 8080: give them different ports'],
  [{ config: { 'health-addr': '127.0.0.1:8080' } }, "config.health-addr is 127.0.0.1:8080, where the kubelet's probes cannot reach it: leave the host out, or set hostNetwork"],
  [{ config: { 'web-config-file': '/etc/web.yaml', 'web-config-health': true } }, "config.web-config-health is true, but the kubelet's probes have no password and no client certificate: set it to false"],
  [{ config: { 'health-addr': '[::1]:8080' } }, 'config.health-addr is [::1]:8080, where'],
  [{ config: { 'metrics-addr': 'localhost:9090' } }, 'config.metrics-addr is localhost:9090, which nothing outside the pod can reach: leave the host out, or set service.enabled to false'],
  [{ config: { 'metrics-addr': '127.0.0.1:9090' }, service: { enabled: false }, podMonitor: { enabled: true } }, 'or set podMonitor.enabled to false'],
  [{ podMonitor: { enabled: true }, serviceMonitor: { enabled: true } }, 'podMonitor.enabled and serviceMonitor.enabled are both true: each agent would be scraped twice'],
  [{ serviceMonitor: { enabled: true }, service: { enabled: false } }, 'serviceMonitor.enabled needs service.enabled; without a Service use podMonitor'],
  [{ hostNetwork: true, networkPolicy: { enabled: true } }, 'networkPolicy.enabled has no effect on pods with hostNetwork: set one of them to false'],
  [{ otlp: { headers: { secretName: 'x' } } }, 'otlp.headers.secretName is set but otlp.endpoint is not: nothing would be pushed'],
  [
    { otlp: { endpoint: 'http://c:4317', headers: { secretName: 'x' } }, config: { 'otlp-headers-file': '/x' } },
    'otlp.headers.secretName and config.otlp-headers-file both set the file with headers: set only one',
  ],
  [{ otlp: { endpoint: 'c:4318' }, config: { 'otlp-protocol': 'http/protobuf' } }, 'config.otlp-protocol is http/protobuf, which needs http:// or https:// before the host in otlp.endpoint'],
  [{ otlp: { endpoint: 'http://c:4317' }, config: { otlp: false } }, 'otlp.endpoint is set but config.otlp is false: nothing would be pushed; set only one of them'],
  [{ otlp: { endpoint: 'http://c:4317' }, config: { otlp: false }, extraEnv: [{ name: 'OTEL_LOGS_EXPORTER', value: 'none' }] }, 'otlp.endpoint is set but config.otlp is false'],
  [
    { config: { otlp: true }, networkPolicy: { enabled: true } },
    "config.otlp is true, but networkPolicy.enabled allows egress to otlp.endpoint only: set otlp.endpoint, or networkPolicy.otlp.port to the port of the collector's pods",
  ],
  [{ networkPolicy: { enabled: true }, extraEnv: [{ name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://c:4317' }] }, 'extraEnv sets OTEL_EXPORTER_OTLP_ENDPOINT, but networkPolicy.enabled allows'],
  [{ networkPolicy: { enabled: true }, extraEnv: [{ name: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }] }, 'extraEnv sets OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, but networkPolicy.enabled allows'],
  [
    { networkPolicy: { enabled: true }, otlp: { endpoint: 'http://c:4317' }, extraEnv: [{ name: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT', value: 'http://d:4317' }] },
    'extraEnv sets OTEL_EXPORTER_OTLP_LOGS_ENDPOINT, but networkPolicy.enabled allows',
  ],
  [{ networkPolicy: { enabled: true }, extraEnv: [{ name: 'OTEL_METRICS_EXPORTER', value: 'prometheus,OTLP' }] }, 'extraEnv sets OTEL_METRICS_EXPORTER, but networkPolicy.enabled allows'],
  [{ securityContext: { privileged: true } }, 'securityContext.privileged is true and allowPrivilegeEscalation false, which Kubernetes refuses: set both to true'],
  [{ securityContext: { runAsNonRoot: true } }, 'runAsNonRoot is true and runAsUser 0, with which no container starts: set runAsNonRoot to false'],
  [{ securityContext: { runAsNonRoot: null }, podSecurityContext: { runAsNonRoot: true, runAsUser: 1 } }, 'runAsNonRoot is true and runAsUser 0'],
  [{ securityContext: { runAsNonRoot: true, runAsUser: null }, podSecurityContext: { runAsUser: 0 } }, 'runAsNonRoot is true and runAsUser 0'],
  [{ resources: { limits: { memory: '127Mi' } } }, 'resources.limits.memory is 127Mi, less than resources.requests.memory, 128Mi: Kubernetes refuses that'],
  [{ resources: { limits: { memory: 134217727 } } }, 'resources.limits.memory is 134217727, less than'],
  [{ resources: { limits: { cpu: 0.049 } } }, 'resources.limits.cpu is 0.049, less than resources.requests.cpu, 50m'],
  [{ resources: { limits: { memory: '1E' }, requests: { memory: '1Ei' } } }, 'resources.limits.memory is 1E, less than'],
  [
    { fullnameOverride: 'a.b' },
    'the Service would have the name a.b, which Kubernetes refuses: set fullnameOverride to a-z, 0-9 and -, beginning with a letter, or service.enabled to false',
  ],
  [{ fullnameOverride: '1a' }, 'the Service would have the name 1a, which'],
  [{ nameOverride: 'a.b' }, 'the Service would have the name connwatch-a.b, which'],
  [{ otlp: { tls: { client: { secretName: 'x' } } } }, 'otlp.tls.client.secretName is set but otlp.endpoint is not'],
  [{ commonLabels: { 'app.kubernetes.io/name': 'x' } }, 'commonLabels sets app.kubernetes.io/name, which the chart sets itself: choose another key'],
  [{ podLabels: { 'app.kubernetes.io/instance': 'x' } }, 'podLabels sets app.kubernetes.io/instance, which the chart sets itself: choose another key'],
  [{ service: { labels: { 'helm.sh/chart': 'x' } } }, 'service.labels sets helm.sh/chart, which'],
  [{ podMonitor: { labels: { 'app.kubernetes.io/version': 'x' } } }, 'podMonitor.labels sets app.kubernetes.io/version, which'],
  [{ serviceMonitor: { labels: { 'app.kubernetes.io/component': 'x' } } }, 'serviceMonitor.labels sets app.kubernetes.io/component, which'],
  [{ podAnnotations: { 'checksum/config': 'x' } }, 'podAnnotations sets checksum/config, which the chart sets itself: choose another key'],
  [{ config: { 'shutdown-timeout': '30s' } }, 'terminationGracePeriodSeconds is 30 and config.shutdown-timeout 30s: a pod would be killed before its time-out; increase terminationGracePeriodSeconds'],
  [{ config: { 'shutdown-timeout': '1m0.5s' }, terminationGracePeriodSeconds: 60 }, 'terminationGracePeriodSeconds is 60 and config.shutdown-timeout 1m0.5s: a pod'],
  [{ config: { 'shutdown-timeout': '100ms' }, terminationGracePeriodSeconds: 0 }, 'terminationGracePeriodSeconds is 0 and config.shutdown-timeout 100ms: a pod'],
  [{ podMonitor: { enabled: true, interval: '10s', scrapeTimeout: '10s1ms' } }, 'podMonitor.scrapeTimeout is 10s1ms, longer than podMonitor.interval, 10s: Prometheus refuses that'],
  [{ serviceMonitor: { enabled: true, interval: '30s', scrapeTimeout: '1m' } }, 'serviceMonitor.scrapeTimeout is 1m, longer than serviceMonitor.interval, 30s: Prometheus refuses that'],
  [{ updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } }, 'updateStrategy.rollingUpdate: maxUnavailable and maxSurge are both 0, so no node would be updated: set one of them'],
  [{ updateStrategy: { rollingUpdate: { maxUnavailable: '0%', maxSurge: '0%' } } }, 'maxUnavailable and maxSurge are both 0'],
  [{ updateStrategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } } }, 'maxUnavailable and maxSurge are both other than 0'],
  [{ hostNetwork: true, updateStrategy: { rollingUpdate: { maxSurge: 1 } } }, 'updateStrategy.rollingUpdate.maxSurge needs two agents on a node, which with hostNetwork need the same ports'],
  [{ serviceAccount: { create: false } }, 'serviceAccount.create is false and serviceAccount.name empty: the rights to read pods would go to the account default'],
  [{ updateStrategy: { rollingUpdate: { maxUnavailable: '20%', maxSurge: '10%' } } }, 'updateStrategy.rollingUpdate: maxUnavailable and maxSurge are both other than 0, which Kubernetes refuses: set maxUnavailable to 0'],
  [{ extraEnv: [{ name: 'CONNWATCH_HEALTH_ADDR', value: ':1' }] }, 'extraEnv sets CONNWATCH_HEALTH_ADDR: settings go into config'],
  [{ extraEnv: [{ name: 'CONNWATCH_INTERVAL', value: '1s' }] }, 'extraEnv sets CONNWATCH_INTERVAL: settings go into config'],
  [{ extraEnv: [{ name: 'OTEL_RESOURCE_ATTRIBUTES', value: 'a=b' }] }, 'extraEnv sets OTEL_RESOURCE_ATTRIBUTES, which the chart sets itself: use resourceAttributes'],
  [{ extraEnv: [{ name: 'NODE_NAME', value: 'x' }] }, 'extraEnv sets NODE_NAME, which the chart sets itself'],
  [{ otlp: { endpoint: 'http://c:4317' }, extraEnv: [{ name: 'OTEL_METRIC_EXPORT_INTERVAL', value: '1' }] }, 'extraEnv sets OTEL_METRIC_EXPORT_INTERVAL, which the chart sets itself: use otlp'],
  [{ extraEnv: [{ name: 'A', value: '1' }, { name: 'A', value: '2' }] }, 'extraEnv sets A twice'],
];

it.skipIf(noHelm)(`there is a Helm to refuse${because}`, () => {
  expect(helms).not.toEqual([]);
});

/** Null takes a default away, and all that is below it. */
const BLOCKS = valuesOf(valuesFile).filter(({ path, fallback }) => fallback.startsWith('{') && path !== 'config');
const EVERYTHING = {
  otlp: { endpoint: 'http://c:4317', headers: { secretName: 'a' }, tls: { ca: { secretName: 'b' }, client: { secretName: 'c' } } },
  podMonitor: { enabled: true },
  networkPolicy: { enabled: true },
};

describe.each(helms)('refusals of Helm $version', (helm) => {
  it.each(BLOCKS)('$path: null is refused by the schema, or is rendered', async ({ path }) => {
    const nothing = path.split('.').reduceRight<unknown>((below, key) => ({ [key]: below }), null);
    const said = await withFile(JSON.stringify(EVERYTHING), (file) => render(helm, nothing, '--values', file)).catch(String);
    expect(said).toMatch(new RegExp(`${SCHEMA}|^kind: DaemonSet$`, 'm'));
  });

  it.each(BY_SCHEMA)('%s', async (_, values, three, four) => {
    const message = helm.version.startsWith('3.17.') ? three : four;
    const said = await render(helm, values).catch(String);
    expect(said).toContain(SCHEMA);
    expect(said).toContain(message);
  });

  it.each(BY_TEMPLATE)('%j', async (values, message) => {
    await expect(render(helm, values)).rejects.toThrow(message);
  });
});

it.skipIf(noHelm)(`what is just right is taken${because}`, async () => {
  const values = {
    commonLabels: { 'example.com/team': 'a', tier: '' },
    podLabels: { 'example.com/team': 'b' },
    config: { 'shutdown-timeout': '1m0.5s' },
    terminationGracePeriodSeconds: 61,
    podMonitor: { enabled: true, interval: '1m', scrapeTimeout: '60s' },
    updateStrategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    extraEnv: [{ name: 'OTEL_METRIC_EXPORT_INTERVAL', value: '1000' }],
  };
  for (const helm of helms) {
    const objects = manifestsOf(await render(helm, values));
    const daemonSet = objects.find(({ kind }) => kind === 'DaemonSet') as unknown as IDaemonSet;
    // A pod's own label beats the common one, and each key is there once: manifestsOf refuses another.
    expect(daemonSet.metadata!.labels).toMatchObject({ 'example.com/team': 'a', tier: '' });
    expect(daemonSet.spec!.template.metadata!.labels).toMatchObject({ 'example.com/team': 'b', tier: '' });
  }
});

/** Beside what is refused above. */
const TAKEN: [string, unknown][] = [
  ['logs alone are pushed', { otlp: { endpoint: 'http://c:4317' }, config: { otlp: false }, extraEnv: [{ name: 'OTEL_LOGS_EXPORTER', value: 'otlp' }] }],
  ['variables that push nothing', { networkPolicy: { enabled: true }, extraEnv: [{ name: 'OTEL_METRICS_EXPORTER', value: 'prometheus' }, { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: ' ' }] }],
  ['logs to the same endpoint', { networkPolicy: { enabled: true }, otlp: { endpoint: 'http://c:80' }, config: { otlp: true }, extraEnv: [{ name: 'OTEL_LOGS_EXPORTER', value: 'otlp' }] }],
  ['all privileges', { securityContext: { privileged: true, allowPrivilegeEscalation: true } }],
  ['all privileges, and nothing said of more', { securityContext: { privileged: true, allowPrivilegeEscalation: null } }],
  ['another user', { securityContext: { runAsNonRoot: true, runAsUser: 1000 } }],
  ['a container that does not do as its pod', { podSecurityContext: { runAsNonRoot: true } }],
  ['limits as low as the requests', { resources: { limits: { memory: 134217728, cpu: 0.05 } } }],
  ['a surge alone', { updateStrategy: { rollingUpdate: { maxSurge: '10%' } } }],
  ['an account of all pods, without rights', { serviceAccount: { create: false }, rbac: { create: false } }],
  ['no limits', { resources: { limits: null } }],
  ['a name with dots, without a Service', { fullnameOverride: 'a.b', service: { enabled: false } }],
  ['an image by host and port', { image: { repository: 'localhost:5000/connwatch' } }],
];

describe.each(helms)('beside that, Helm $version takes', (helm) => {
  it.each(TAKEN)('%s', async (_, values) => {
    await expect(render(helm, values)).resolves.toContain('kind: DaemonSet');
  });
});

it.skipIf(noHelm)(`a NetworkPolicy lets the agent out to a collector whose port is given${because}`, async () => {
  const values = { networkPolicy: { enabled: true, otlp: { port: 4317 } }, extraEnv: [{ name: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT', value: 'http://c:80' }] };
  const egressOf = async (helm: Helm, given: unknown) => {
    const policy = manifestsOf(await render(helm, given)).find(({ kind }) => kind === 'NetworkPolicy') as unknown as INetworkPolicy;
    return policy.spec!.egress!.flatMap(({ ports }) => ports!.map(({ port }) => port));
  };
  for (const helm of helms) {
    expect(await egressOf(helm, values)).toEqual([443, 6443, 10250, 4317, 53, 53]);
    const alone = { ...values, config: { kubernetes: 'off' } };
    expect(await egressOf(helm, alone)).toEqual([4317, 53, 53]);
    expect(await egressOf(helm, { ...alone, extraEnv: [] })).toEqual([]);
    expect(await egressOf(helm, { networkPolicy: { enabled: true, kubernetes: { ports: [8443] } }, otlp: { endpoint: 'http://c:080' } })).toEqual([8443, 80, 53, 53]);
  }
});

it.skipIf(noHelm)(`numbers are told as they are written${because}`, async () => {
  const values = { resourceAttributes: { account: 123456789012, big: 1_000_000, half: 1.5, small: -3, on: true }, minReadySeconds: 1_000_000, terminationGracePeriodSeconds: 2_000_000 };
  for (const helm of helms) {
    const rendered = await render(helm, values);
    const attributes = containerOf(rendered).env!.find(({ name }) => name === 'OTEL_RESOURCE_ATTRIBUTES')!.value!;
    expect(attributes.split(',').filter((one) => !one.endsWith('$(NODE_NAME)'))).toEqual(['account=123456789012', 'big=1000000', 'half=1.5', 'on=true', 'small=-3']);
    expect(rendered).toContain('minReadySeconds: 1000000\n');
    expect(rendered).toContain('terminationGracePeriodSeconds: 2000000\n');
  }
});

it.skipIf(noHelm)(`a parent chart may give values of its own${because}`, async () => {
  for (const helm of helms) await expect(render(helm, { global: { x: 1 }, enabled: true })).resolves.toContain('kind: DaemonSet');
});
