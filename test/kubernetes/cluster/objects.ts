/** Objects of the API that the test makes, all in one namespace and of the agent's image, which has Node.js. */
export const NAMESPACE = 'shop';
export const IMAGE = 'docker.io/connwatch/connwatch:test';

/** Listens on a port and says nothing. */
export const serve = (port: number): string => `require('node:net').createServer((socket) => socket.on('error', () => {})).listen(${port})`;

const CONNECT = `const { connect } = require('node:net');
const one = (host, port) => new Promise((resolve) => {
  const socket = connect({ host, port }).on('connect', () => socket.destroy()).on('error', () => {}).on('close', resolve);
});
const several = async (count, host, port) => { for (let i = 0; i < count; i++) await one(host, port); };
`;

/** Connects so many times, one after the other, and ends. */
export const connects = (count: number, host: string, port: number): string => `${CONNECT}several(${count}, '${host}', ${port});`;

/** Connects when it is asked to: GET /COUNT/HOST/PORT. */
export const onRequest = (port: number): string => `${CONNECT}require('node:http').createServer(async (request, response) => {
  const [, count, host, port] = request.url.split('/');
  await several(Number(count), host, Number(port));
  response.end('done');
}).listen(${port});`;

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy: 'Never';
  readonly command: readonly string[];
  readonly restartPolicy?: 'Always';
}

export function container(name: string, script: string, more: Pick<Container, 'restartPolicy'> = {}): Container {
  return { name, image: IMAGE, imagePullPolicy: 'Never', command: ['/opt/connwatch/bin/node', '--disable-sigusr1', '-e', script], ...more };
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly restartPolicy?: 'Always' | 'Never' | 'OnFailure';
  readonly hostNetwork?: boolean;
}

const spec = (pod: PodSpec) => ({ terminationGracePeriodSeconds: 1, enableServiceLinks: false, ...pod });
const template = (app: string, pod: PodSpec) => ({ metadata: { labels: { app } }, spec: spec(pod) });
const selector = (app: string) => ({ matchLabels: { app } });
const meta = (name: string, more: object = {}) => ({ name, namespace: NAMESPACE, ...more });

export const pod = (name: string, of: PodSpec): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: meta(name, { labels: { app: name } }), spec: spec({ restartPolicy: 'Never', ...of }) });
export const deployment = (name: string, of: PodSpec): object => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta(name), spec: { replicas: 1, strategy: { type: 'Recreate' }, selector: selector(name), template: template(name, of) } });
export const statefulSet = (name: string, of: PodSpec): object => ({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: meta(name), spec: { replicas: 1, serviceName: name, selector: selector(name), template: template(name, of) } });
export const job = (name: string, of: PodSpec, owner?: object): object => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: meta(name, owner && { ownerReferences: [owner] }),
  spec: { backoffLimit: 0, template: { spec: spec({ restartPolicy: 'Never', ...of }) } },
});
export const cronJob = (name: string, of: PodSpec): object => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: meta(name),
  spec: { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: { template: { spec: spec({ restartPolicy: 'Never', ...of }) } } } },
});
export const service = (name: string, app: string, ports: Readonly<Record<number, number>>): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta(name),
  spec: { selector: { app }, ports: Object.entries(ports).map(([port, targetPort]) => ({ name: `p${port}`, port: Number(port), targetPort })) },
});

const FOLDERS: Readonly<Record<string, string>> = { Pod: '/api/v1', Service: '/api/v1', Deployment: '/apis/apps/v1', StatefulSet: '/apis/apps/v1', Job: '/apis/batch/v1', CronJob: '/apis/batch/v1' };

/** Where objects of its kind are. */
export function pathOf(object: object): string {
  const { kind } = object as { kind: string };
  return `${FOLDERS[kind]}/namespaces/${NAMESPACE}/${kind.toLowerCase()}s`;
}
