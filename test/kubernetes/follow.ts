// Follows Services, EndpointSlices and nodes as the agent does, and says what it costs. Arguments: host, port, folder with token and ca.crt.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '../../src/kubernetes/access/client.ts';
import { Peers } from '../../src/kubernetes/peers/peers.ts';

const [host = '', port = '', folder = '', mode = 'all'] = process.argv.slice(2);
const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
const client = new Client({ host, port: Number(port), credentials: () => ({ token: read('token'), ca: read('ca.crt') }) });
// As after a while: what was only needed at the start is gone.
const memory = () => (globalThis.gc?.(), globalThis.gc?.(), process.memoryUsage().rss);
await client.get('/version');
const before = memory();
const start = performance.now();
const cpu = process.cpuUsage();
const peers = new Peers({ mode: mode as 'all' | 'services', client, elapsed: () => performance.now(), wait: 600_000, delay: 0, onState: (what, error) => error && process.stderr.write(`${what}: ${String(error)}\n`) });
peers.start();
while (!peers.ready) await new Promise((resolve) => setTimeout(resolve, 10));
const [seconds, { user, system }, peak] = [(performance.now() - start) / 1000, process.cpuUsage(cpu), process.memoryUsage().rss];
await new Promise((resolve) => setTimeout(resolve, 3000));
const { services, slices, nodes } = peers.table;
process.stdout.write(JSON.stringify({ services: services.size, slices: slices.size, nodes: nodes.size, before, peak, after: memory(), seconds, cpu: (user + system) / 1e6, requests: client.counts.ok + (mode === 'all' ? 3 : 2) }));
client.close();
await peers.close();
