import { Namespace, SILENT_PORT } from '../harness/kernel/namespace.ts';
import { must } from '../harness/run.ts';
import { Generator } from '../harness/traffic.ts';

/** Addresses and the names that --peer-names gives them. */
export const PEERS: Readonly<Record<string, string>> = {
  '10.20.0.1': 'api',
  '10.20.0.2': 'orders-db',
  '10.20.0.3': 'cache',
  '10.20.0.4': 'queue',
  '10.20.0.5': 'payments',
  '10.20.0.6': 'archive',
  '10.20.0.7': 'search',
};

const SERVERS: readonly (readonly [name: string, address: string, port: number])[] = [
  ['api-server', '10.20.0.1', 8080],
  ['postgres', '10.20.0.2', 5432],
  ['redis-server', '10.20.0.3', 6379],
  ['rabbitmq', '10.20.0.4', 5672],
  ['opensearch', '10.20.0.7', 9200],
];

/** Who connects where, how often in a second. Nobody listens at payments; archive does not answer. */
const CLIENTS: readonly (readonly [name: string, address: string, port: number, rate: number])[] = [
  ['web', '10.20.0.1', 8080, 40],
  ['mobile-gateway', '10.20.0.1', 8080, 18],
  ['api-server', '10.20.0.2', 5432, 25],
  ['api-server', '10.20.0.3', 6379, 70],
  ['api-server', '10.20.0.7', 9200, 6],
  ['worker', '10.20.0.4', 5672, 9],
  ['worker', '10.20.0.2', 5432, 4],
  ['checkout', '10.20.0.5', 443, 7],
  ['checkout', '10.20.0.2', 5432, 12],
];

export const PROGRAMS = [...new Set([...SERVERS, ...CLIENTS].map(([name]) => name)), 'reports'];

/** A small company in a network namespace: for so many seconds its programs connect to each other, and two things are broken. */
export async function playWorld(seconds: number, stack: AsyncDisposableStack): Promise<void> {
  const namespace = stack.use(await Namespace.create());
  const generator = stack.use(new Generator());
  for (const address of Object.keys(PEERS)) await must(['ip', '-n', namespace.name, 'address', 'add', `${address}/32`, 'dev', 'lo']);
  for (const [name, address, port] of SERVERS) await generator.start(name, ['listen', '--address', address, '--port', `${port}`], namespace).said.line({ listening: true });
  for (const [name, address, port, rate] of CLIENTS)
    generator.start(name, ['plain', '--address', address, '--port', `${port}`, '--rate', `${rate}`, '--count', `${rate * seconds}`], namespace);
  generator.start('reports', ['hang', '--address', '10.20.0.6', '--port', `${SILENT_PORT}`, '--count', '5'], namespace);
}
