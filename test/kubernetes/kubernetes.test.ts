import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readyCollector } from '../../scripts/lib/test/collector.mjs';
import { readyKubernetes } from '../../scripts/lib/test/kubernetes.mjs';
import { helms } from '../chart/helm.ts';
import { at } from '../harness/host.ts';
import { must } from '../harness/run.ts';
import { parsePage } from '../harness/scrape/exposition.ts';
import { type ApiObject, Cluster, NODE_IP } from './cluster/cluster.ts';
import { saveImage } from './cluster/image.ts';
import * as make from './cluster/objects.ts';

const CONTROL = 7000;
const PRIVATE = 8443;
const ATTEMPTS = 'connwatch_tcp_connect_attempts_total';
const FAILURES = 'connwatch_tcp_connect_failures_total';
const PAYMENTS = 'payments.shop.svc';
const AGENTS = '/api/v1/namespaces/connwatch/pods';

const programs = readyKubernetes();
const collector = readyCollector('cluster');
const folder = mkdtempSync(join(tmpdir(), 'connwatch-test-kubernetes-'));
let cluster: Cluster;

beforeAll(async () => {
  if (programs === undefined) throw new Error('there is no Kubernetes: npm run test:kubernetes builds it, with Go');
  cluster = await Cluster.start(programs);
  const root = join(folder, 'root');
  await must([process.execPath, at('scripts', 'package.mjs'), '--image-root', root]);
  const entry = ['/opt/connwatch/bin/node', '--disable-sigusr1', '--max-old-space-size=256', '--max-semi-space-size=4', '/opt/connwatch/dist/connwatch.js'];
  await saveImage(join(folder, 'agent.tar'), make.IMAGE, root, { Entrypoint: entry, Env: ['PATH=/opt/connwatch/bin', 'MALLOC_ARENA_MAX=1'], User: '0:0' });
  await cluster.load(join(folder, 'agent.tar'));
  await cluster.api('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: make.NAMESPACE } });
  await cluster.until('the account of the namespace', () => cluster.api('GET', `/api/v1/namespaces/${make.NAMESPACE}/serviceaccounts/default`));
}, 300_000);

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

function helm(...args: readonly string[]): Promise<string> {
  return must(cluster.machine.command('env', `KUBECONFIG=${cluster.kubeconfig}`, helms[0]!.program, '--namespace', 'connwatch', ...args));
}

const VALUES = ['--set', 'image.repository=docker.io/connwatch/connwatch,image.tag=test,image.pullPolicy=Never,config.interval=1s'];

interface PodStatus {
  readonly podIP?: string;
  readonly phase?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

const isReady = ({ status }: ApiObject): boolean => ((status as PodStatus).conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True');

/** The pods of an app that are ready and not being deleted. */
async function podsOf(app: string): Promise<ApiObject[]> {
  const { items = [] } = await cluster.api('GET', `/api/v1/namespaces/${make.NAMESPACE}/pods?labelSelector=app%3D${app}`);
  return items.filter((one) => isReady(one) && !('deletionTimestamp' in one.metadata));
}

const addressOf = (pod: ApiObject): string => (pod.status as PodStatus).podIP!;

async function readyPod(app: string): Promise<ApiObject> {
  return cluster.until(`a pod of ${app}`, async () => (await podsOf(app))[0]);
}

async function create(object: object): Promise<ApiObject> {
  return cluster.api('POST', make.pathOf(object), object);
}

async function clusterIp(name: string): Promise<string> {
  const { spec } = await cluster.api('GET', `/api/v1/namespaces/${make.NAMESPACE}/services/${name}`);
  return spec!['clusterIP'] as string;
}

async function agents(): Promise<readonly ApiObject[]> {
  const { items = [] } = await cluster.api('GET', `${AGENTS}?labelSelector=app.kubernetes.io%2Fname%3Dconnwatch`);
  return items;
}

let agent = '';

async function agentLog(): Promise<string> {
  const [pod] = (await agents()).filter(isReady);
  return cluster.raw(`${AGENTS}/${pod!.metadata.name}/log`);
}

const get = (url: string): Promise<string> => must(cluster.machine.command('curl', '--silent', '--show-error', '--fail', '--max-time', '60', url));
/** Of a container that may not listen yet. */
const ask = (url: string): Promise<string> => must(cluster.machine.command('curl', '--silent', '--show-error', '--fail', '--max-time', '60', '--retry', '20', '--retry-delay', '1', '--retry-connrefused', url));
const scrape = async () => parsePage(await get(`http://${agent}:9090/metrics`));

/** Sum of the series that have these labels, and what else they are called. */
async function counted(metric: string, labels: Readonly<Record<string, string>>): Promise<{ readonly value: number; readonly names: readonly string[] }> {
  const found = (await scrape()).select(metric, labels);
  const names = found.map(({ labels: all }) => Object.keys(all).filter((name) => /^(k8s|workload)_/.test(name)).sort().join(' '));
  return { value: found.reduce((sum, { value }) => sum + value, 0), names: [...new Set(names)] };
}

/** Each of these becomes what it has to be, and none is more than that. */
async function settles(expected: readonly (readonly [metric: string, labels: Readonly<Record<string, string>>, value: number])[]): Promise<void> {
  for (const [metric, labels, value] of expected) {
    let seen = NaN;
    await cluster.until(`${metric} ${JSON.stringify(labels)} ${value}`, async () => ((seen = (await counted(metric, labels)).value) === value ? true : undefined), 40).catch(async (error: unknown) => {
      const all = (await scrape()).select(metric, {});
      throw new Error(`${String(error)}\nit is ${seen}; there are:\n${all.map((one) => `${JSON.stringify(one.labels)} ${one.value}`).join('\n')}`);
    });
  }
}

const asked = (pod: ApiObject, count: number, host: string, port: number) => ask(`http://${addressOf(pod)}:${CONTROL}/${count}/${host}/${port}`);

describe('the chart in a cluster', () => {
  it('is installed, and ready', async () => {
    await helm('install', 'connwatch', at('charts', 'connwatch'), '--create-namespace', ...VALUES);
    const pod = await cluster.until('the agent', async () => (await agents()).find(isReady));
    agent = addressOf(pod);
    const log = await cluster.raw(`${AGENTS}/${pod.metadata.name}/log`);
    expect(log).toContain('"source":"kubelet"');
    expect(log).not.toContain('CW_KUBERNETES');
  });

  it('names both ends of connections by Service and by pod, of the app and of its sidecar', async () => {
    await create(make.service('payments', 'payments', { 443: PRIVATE, 444: 9 }));
    await create(make.deployment('payments', { containers: [make.container('server', make.serve(PRIVATE))] }));
    await create(make.deployment('checkout', { containers: [make.container('app', make.onRequest(CONTROL))], initContainers: [make.container('mesh', make.onRequest(CONTROL + 1), { restartPolicy: 'Always' })] }));
    const [server, client, ip] = [await readyPod('payments'), await readyPod('checkout'), await clusterIp('payments')];
    // kube-proxy hears of the pod later than others do. This connects once, from outside of any pod.
    await cluster.until('the Service', async () => must(cluster.machine.command('bash', '-c', `: </dev/tcp/${ip}/443`)).then(() => true, () => undefined));
    await asked(client, 7, ip, 443);
    await asked(client, 5, addressOf(server), PRIVATE);
    await asked(client, 4, ip, 444);
    await ask(`http://${addressOf(client)}:${CONTROL + 1}/3/${ip}/443`);
    const from = { k8s_namespace_name: 'shop', k8s_deployment_name: 'checkout', k8s_container_name: 'app', server_address: PAYMENTS };
    await settles([
      [ATTEMPTS, { ...from, server_port: '443' }, 7],
      [ATTEMPTS, { ...from, server_port: `${PRIVATE}` }, 5],
      [FAILURES, { ...from, server_port: '444', error_type: 'refused' }, 4],
      [ATTEMPTS, { ...from, k8s_container_name: 'mesh' }, 3],
      ['connwatch_tcp_accepts_total', { k8s_namespace_name: 'shop', k8s_deployment_name: 'payments', k8s_container_name: 'server', server_port: `${PRIVATE}` }, 1 + 15],
    ]);
    expect((await counted(ATTEMPTS, from)).names).toEqual(['k8s_container_name k8s_deployment_name k8s_namespace_name']);
    expect((await counted('connwatch_tcp_listen_queue_limit', { k8s_deployment_name: 'payments' })).names).toEqual(['k8s_container_name k8s_deployment_name k8s_namespace_name k8s_pod_name k8s_pod_uid']);
  });

  it('names pods that are gone after a second, of every kind', async () => {
    const ip = await clusterIp('payments');
    const containers = (count: number) => [make.container('run', make.connects(count, ip, 444))];
    await create(make.job('refused', { containers: containers(11) }));
    await create(make.pod('once', { containers: containers(2) }));
    await create(make.pod('with-init', { containers: containers(1), initContainers: [make.container('migrate', make.connects(8, ip, 444))] }));
    const nightly = await create(make.cronJob('nightly', { containers: containers(6) }));
    await create(make.job('nightly-1', { containers: containers(6) }, { apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly', uid: nightly.metadata.uid, controller: true }));
    // As `kubectl run --rm`: deleted as soon as it has ended.
    await cluster.until('the end of the pod', async () => ((await cluster.api('GET', `${make.pathOf(make.pod('once', { containers: [] }))}/once`)).status as PodStatus).phase === 'Succeeded' || undefined);
    await cluster.api('DELETE', `${make.pathOf(make.pod('once', { containers: [] }))}/once`);
    const of = (labels: Readonly<Record<string, string>>) => ({ k8s_namespace_name: 'shop', server_address: PAYMENTS, server_port: '444', error_type: 'refused', ...labels });
    await settles([
      [FAILURES, of({ k8s_job_name: 'refused', k8s_container_name: 'run' }), 11],
      [FAILURES, of({ k8s_pod_name: 'once', k8s_container_name: 'run' }), 2],
      [FAILURES, of({ k8s_pod_name: 'with-init', k8s_container_name: 'migrate' }), 8],
      [FAILURES, of({ k8s_pod_name: 'with-init', k8s_container_name: 'run' }), 1],
      [FAILURES, of({ k8s_cronjob_name: 'nightly', k8s_container_name: 'run' }), 6],
    ]);
  });

  it('names pods on the network of the node, of a StatefulSet, and static ones', async () => {
    const ip = await clusterIp('payments');
    await create(make.deployment('hostly', { hostNetwork: true, containers: [make.container('app', make.onRequest(7100))] }));
    await create(make.statefulSet('db', { containers: [make.container('app', make.onRequest(CONTROL))] }));
    const manifest = { ...make.pod('static', { containers: [make.container('app', make.onRequest(CONTROL))] }) };
    writeFileSync(join(cluster.folder, 'static', 'static.json'), JSON.stringify(manifest));
    await readyPod('hostly');
    await ask(`http://${NODE_IP}:7100/4/${ip}/443`);
    await asked(await readyPod('db'), 6, ip, 443);
    await asked(await readyPod('static'), 9, ip, 443);
    const to = { k8s_namespace_name: 'shop', k8s_container_name: 'app', server_address: PAYMENTS, server_port: '443' };
    await settles([
      [ATTEMPTS, { ...to, k8s_deployment_name: 'hostly' }, 4],
      [ATTEMPTS, { ...to, k8s_statefulset_name: 'db' }, 6],
      [ATTEMPTS, { ...to, k8s_pod_name: 'static-node-1' }, 9],
    ]);
  });

  it('goes on with the same series when a pod is replaced', async () => {
    const [before, ip] = [await readyPod('checkout'), await clusterIp('payments')];
    await cluster.api('DELETE', `/api/v1/namespaces/shop/pods/${before.metadata.name}`);
    const after = await cluster.until('the next pod', async () => (await podsOf('checkout')).find(({ metadata }) => metadata.uid !== before.metadata.uid));
    await asked(after, 3, ip, 443);
    await settles([[ATTEMPTS, { k8s_deployment_name: 'checkout', k8s_container_name: 'app', server_address: PAYMENTS, server_port: '443' }, 10]]);
  });

  it('loses nothing, keeps names and stays ready while the API server is away', async () => {
    const [client, ip] = [await readyPod('checkout'), await clusterIp('payments')];
    const labels = { k8s_deployment_name: 'checkout', k8s_container_name: 'app', server_address: PAYMENTS, server_port: '443' };
    const { value: before } = await counted(ATTEMPTS, labels);
    await cluster.machine.end('kube-apiserver');
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    await asked(client, 13, ip, 443);
    await settles([[ATTEMPTS, labels, before + 13]]);
    expect(await get(`http://${agent}:8080/readiness`)).toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 40_000));
    cluster.startApiServer();
    await cluster.until('the API server', async () => ((await cluster.raw('/readyz')) === 'ok' ? true : undefined));
    expect(await get(`http://${agent}:8080/readiness`)).toBeDefined();
    // A key keeps its name while it has a socket, so each try has a port of its own.
    await create(make.service('later', 'payments', Object.fromEntries(Array.from({ length: 100 }, (_, i) => [8000 + i, PRIVATE]))));
    let port = 8000;
    const later = await clusterIp('later');
    // The watches go on after a pause by chance, of 22 s at most, and kube-proxy after one of its own.
    await cluster.until(
      'the name of a Service that was made afterwards',
      async () => {
        await must(cluster.machine.command('curl', '--silent', '--max-time', '1', `http://${addressOf(client)}:${CONTROL}/1/${later}/${port++}`)).catch(() => {});
        return (await counted(ATTEMPTS, { server_address: 'later.shop.svc' })).value > 0 ? true : undefined;
      },
      150,
    ).catch(async (error: unknown) => {
      const all = (await scrape()).select(ATTEMPTS, {}).map((one) => `${JSON.stringify(one.labels)} ${one.value}`);
      throw new Error(`${String(error)}\nfrom ${later}:8000 to :${port}\n${all.join('\n')}\n${await agentLog()}`);
    });
    // While nobody heard of the node, the node controller called its pods not ready.
    await cluster.until('the pod of the agent, ready for the API server too', async () => (await agents()).find(isReady));
  }, 400_000);

  /** What `kubectl exec` of the agent's pod prints, without kubectl. */
  async function inAgent(name: string, ...args: string[]): Promise<string> {
    const [pod] = (await agents()).filter(isReady);
    const exec = ['ctr', '--address', join(cluster.folder, 'c.sock'), '--namespace', 'k8s.io', 'tasks', 'exec', '--exec-id', name];
    return must(cluster.machine.command(...exec, await containerOf(pod!), '/opt/connwatch/bin/connwatch', ...args)).catch((error: unknown) => String(error));
  }

  it('answers in the shipped image: snapshot and top', async () => {
    const lines = (await inAgent('snapshot', 'snapshot', '--json')).split('\n').filter((line) => line.startsWith('{'));
    const sockets = lines.map((line) => JSON.parse(line) as { state: string; workload: Record<string, string> });
    const listening = sockets.filter(({ state, workload }) => state === 'listen' && workload['k8s.deployment.name'] === 'payments');
    expect(listening.map(({ workload }) => [workload['k8s.namespace.name'], workload['k8s.container.name']])).toContainEqual(['shop', 'server']);
    expect(await inAgent('top', 'top', '--json', '--count', '1')).toContain('"k8s.namespace.name":"shop"');
  });

  it('answers in the shipped image: doctor', async () => {
    const exec = await inAgent('doctor', 'doctor', '--json', '--metrics-addr=:0', '--health-addr=:0');
    expect(exec).toContain('kubernetes-kubelet');
    const { checks } = JSON.parse(exec.slice(exec.indexOf('{'), exec.lastIndexOf('}') + 1)) as { checks: readonly { id: string; status: string }[] };
    expect(checks.filter(({ id }) => id.startsWith('kubernetes')).map(({ id, status }) => `${id} ${status}`)).toEqual(['kubernetes-kubelet ok', 'kubernetes-api ok', 'kubernetes-owners ok', 'kubernetes-peers ok']);
  });

  it('updates without a moment in which no agent is ready', async () => {
    const [before] = (await agents()).filter(isReady);
    const seen: number[] = [];
    let updating = true;
    const watching = (async () => {
      while (updating) seen.push((await agents()).filter(isReady).length);
    })();
    await helm('upgrade', 'connwatch', at('charts', 'connwatch'), '--reuse-values', '--set', 'config.kubernetes=api');
    const after = await cluster.until('the new agent alone', async () => {
      const all = await agents();
      return all.length === 1 && all[0]!.metadata.uid !== before!.metadata.uid && isReady(all[0]!) ? all[0] : undefined;
    });
    updating = false;
    await watching;
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...seen)).toBe(2);
    agent = addressOf(after);
  });

  it('names the same by the API server alone', async () => {
    const [client, ip] = [await readyPod('checkout'), await clusterIp('payments')];
    await create(make.pod('twice', { containers: [make.container('run', make.connects(2, ip, 444))] }));
    await asked(client, 5, ip, 443);
    await settles([
      [ATTEMPTS, { k8s_deployment_name: 'checkout', k8s_container_name: 'app', server_address: PAYMENTS, server_port: '443' }, 5],
      [FAILURES, { k8s_pod_name: 'twice', k8s_container_name: 'run', server_address: PAYMENTS, server_port: '444', error_type: 'refused' }, 2],
    ]);
    const requests = (await scrape()).select('connwatch_names_requests_total', { source: 'kubelet' });
    expect(requests.map(({ value }) => value)).toEqual([0, 0]);
  });

  const without = collector === undefined ? ' (needs the Collector that npm run collector -- cluster builds)' : '';
  it.skipIf(collector === undefined)(`keeps its names behind a Collector that adds those of the sending pod and copies them to each series${without}`, async () => {
    const config = join(folder, 'collector.yaml');
    const k8sattributes = { auth_type: 'kubeConfig', extract: { metadata: ['k8s.namespace.name', 'k8s.pod.name', 'k8s.pod.uid', 'k8s.daemonset.name', 'k8s.deployment.name', 'k8s.node.name', 'k8s.container.name', 'container.id'] } };
    const exporters = { prometheus: { resource_to_telemetry_conversion: { enabled: true } } };
    // JSON is YAML.
    writeFileSync(config, JSON.stringify({ processors: { k8sattributes }, exporters, service: { pipelines: { metrics: { processors: ['k8sattributes', 'batch'] } } } }));
    cluster.machine.spawn('env', `KUBECONFIG=${cluster.kubeconfig}`, collector!, '--config', at('otel-collector', 'gateway.yaml'), '--config', config);
    await cluster.until('the collector', () => get(`http://${NODE_IP}:13133`));
    const [before] = (await agents()).filter(isReady);
    await helm('upgrade', 'connwatch', at('charts', 'connwatch'), '--reuse-values', '--set', `otlp.endpoint=http://${NODE_IP}:4317,otlp.interval=1000`);
    const pod = await cluster.until('the new agent', async () => (await agents()).find((one) => one.metadata.uid !== before!.metadata.uid && isReady(one)));
    agent = addressOf(pod);
    const [checkout, db, ip] = [await readyPod('checkout'), await readyPod('db'), await clusterIp('payments')];
    await asked(checkout, 17, ip, 443);
    await asked(db, 19, ip, 443);
    const seen = async () => {
      const page = parsePage(await get(`http://${NODE_IP}:8889/metrics`));
      const owners = page.select(ATTEMPTS, { server_address: PAYMENTS, server_port: '443', instance: 'node-1' }).map(({ labels, value }) => [labels['k8s_namespace_name'], labels['k8s_deployment_name'] ?? labels['k8s_statefulset_name'], value]);
      const [own] = page.select('connwatch_build_info', {});
      return JSON.stringify([owners.sort(), own?.labels['k8s_namespace_name'], own?.labels['k8s_daemonset_name'], own?.labels['k8s_pod_name']]);
    };
    const expected = JSON.stringify([[['shop', 'checkout', 17], ['shop', 'db', 19]], 'connwatch', 'connwatch', pod.metadata.name]);
    let last = '';
    await cluster.until('what the Collector serves', async () => ((last = await seen()) === expected ? true : undefined)).catch((error: unknown) => {
      throw new Error(`${String(error)}\nit is ${last}`);
    });
    await cluster.machine.end('env');
  }, 200_000);

  it('leaves nothing when it is uninstalled', async () => {
    await helm('uninstall', 'connwatch', '--wait');
    await cluster.until('the end of the agents', async () => ((await agents()).length === 0 ? true : undefined));
    for (const kind of ['clusterroles', 'clusterrolebindings']) {
      const { items = [] } = await cluster.api('GET', `/apis/rbac.authorization.k8s.io/v1/${kind}?labelSelector=app.kubernetes.io%2Fname%3Dconnwatch`);
      expect(items).toEqual([]);
    }
  });
});

/** The id of the agent's container. */
async function containerOf(pod: ApiObject): Promise<string> {
  const { status } = await cluster.api('GET', `${AGENTS}/${pod.metadata.name}`);
  const [container] = status!['containerStatuses'] as { containerID: string }[];
  return container!.containerID.replace('containerd://', '');
}
