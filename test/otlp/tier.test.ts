import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { describeKernel } from '../harness/host.ts';
import { Namespace } from '../harness/kernel/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { noPrometheus, Prometheus } from '../harness/scrape/prometheus.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { noClusterCollector, RealCollector } from './collector.ts';

const AGENTS = 10;
/** Addresses of the gateways. Go's resolver reads them from /etc/hosts, where two lines of one name are two addresses. */
const GATEWAYS = ['127.0.0.2', '127.0.0.3'];
const HOSTNAME = 'connwatch-gateways.test';
const ATTEMPTS = 'connwatch_tcp_connect_attempts_total';

/** Runs a command in a mount namespace where HOSTNAME is the gateways. To be disposed of. */
class Hosts implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'connwatch-hosts-'));
  readonly #file = join(this.#folder, 'hosts');

  constructor() {
    writeFileSync(this.#file, `${readFileSync('/etc/hosts', 'utf8')}\n${GATEWAYS.map((address) => `${address} ${HOSTNAME}\n`).join('')}`);
  }

  command = (...command: string[]): string[] => ['unshare', '--mount', 'sh', '-c', `mount --bind '${this.#file}' /etc/hosts && exec "$@"`, 'sh', ...command];

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

describeKernel(`two gateways, a collector of a node and ${AGENTS} agents${noClusterCollector === undefined ? '' : ` (${noClusterCollector})`}`, () => {
  const random = announcedRandom('tier');

  it.skipIf(noClusterCollector ?? noPrometheus)('every series is on one gateway, and one that is killed under load loses nothing', async () => {
    using hosts = new Hosts();
    const first = await RealCollector.start('gateway', {}, undefined, { address: GATEWAYS[0]! });
    await using gateways = new AsyncDisposableStack();
    gateways.use(first);
    const second = gateways.use(await RealCollector.start('gateway', {}, undefined, { address: GATEWAYS[1]!, otlp: first.otlp }));
    await using node = await RealCollector.start('balanced', { GATEWAY_HOSTNAME: HOSTNAME, GATEWAY_PORT: `${first.otlp}` }, undefined, { command: hosts.command });
    await using agents = new AsyncDisposableStack();
    for (let i = 0; i < AGENTS; i++) {
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${node.otlp}`, OTEL_METRIC_EXPORT_INTERVAL: '1000', OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=node-${i}` };
      agents.use(await Agent.start({ env }));
    }
    await using prometheus = await Prometheus.start(undefined, '1s', {}, { config: { scrape_configs: [first, second].map(({ metrics }, i) => ({ job_name: `gateway-${i}`, honor_labels: true, static_configs: [{ targets: [metrics] }] })) } });
    await using namespace = await Namespace.create();
    using generator = new Generator();
    const name = random.name('tier');
    const made = async (count: number) => (await generator.run(name, ['plain', '--port', '7', '--rate', '400', '--count', `${count}`], namespace)).attempts;
    /** The series of each agent, wherever it is. */
    const seen = async (): Promise<Record<string, number[]>> => {
      const found: Record<string, number[]> = {};
      for (const { labels, value } of await prometheus.query(`${ATTEMPTS}{process_executable_name="${name}"}`)) (found[labels['instance']!] ??= []).push(value);
      return found;
    };
    const each = (count: number) => Object.fromEntries(Array.from({ length: AGENTS }, (_, i) => [`node-${i}`, [count]]));

    let total = await made(random.between(100, 400));
    await until(seen, each(total), { timeout: 60_000 });
    const onFirst = (await first.scrape()).select(ATTEMPTS, { process_executable_name: name }).length;
    const onSecond = (await second.scrape()).select(ATTEMPTS, { process_executable_name: name }).length;
    expect([onFirst + onSecond, onFirst > 0, onSecond > 0]).toEqual([AGENTS, true, true]);

    const underLoad = made(random.between(2000, 3000));
    await second.kill();
    total += await underLoad;
    await second.start();
    await until(seen, each(total), { timeout: 60_000 });
  });
});
