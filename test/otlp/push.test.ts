import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerCredentials, status } from '@grpc/grpc-js';
import { expect, it, onTestFinished } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { describeKernel } from '../harness/host.ts';
import { Namespace } from '../harness/kernel/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { countsMade, countsOf } from '../harness/scrape/counts.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { Certificates, noOpenssl } from './certificates.ts';
import { Receiver } from './receiver.ts';
import type { Point } from './wire.ts';

const ATTEMPTS = 'connwatch.tcp.connect.attempts';

describeKernel('OTLP push', () => {
  const random = announcedRandom('push');
  const plain = (count: number) => ['plain', '--port', '0', '--own-listener', '--count', `${count}`];
  const endpoint = (port: number) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_METRIC_EXPORT_INTERVAL: '1000' });

  it('carries what the page shows, with resource, headers and compression; credentials are shown nowhere', async () => {
    await using receiver = await Receiver.start();
    const secrets = ['tok3n-of-mine', 'user-of-mine', 'passw0rd-of-mine'];
    await using agent = await Agent.start({
      args: ['--log-level', 'trace'],
      env: {
        ...endpoint(receiver.port),
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://${secrets[1]!}:${secrets[2]!}@127.0.0.1:${receiver.port}`,
        OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${secrets[0]!},x-tenant=blue`,
        OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
        OTEL_SERVICE_NAME: 'my-agent',
      },
    });
    using generator = new Generator();
    const name = random.name('pushed');
    const workload = { 'process.executable.name': name };
    const made = await generator.run(name, plain(random.between(20, 400)));
    const page = await agent.settles((shown) => countsOf(shown, { process_executable_name: name }), countsMade(made));
    await until(() => receiver.sum(ATTEMPTS, workload), made.attempts);
    expect(receiver.sum('connwatch.tcp.connect.successes', workload)).toBe(made.successes);
    expect(receiver.sum('connwatch.tcp.accepts', workload)).toBe(made.accepts);

    const { resource, headers, points } = receiver.requests.at(-1)!;
    expect(resource).toMatchObject({ 'service.name': 'my-agent', 'deployment.environment.name': 'test', 'telemetry.sdk.language': 'nodejs' });
    expect(resource).toHaveProperty('service.instance.id');
    expect(headers).toMatchObject({ authorization: `Bearer ${secrets[0]!}`, 'x-tenant': 'blue' });
    expect(headers['user-agent']).toMatch(/^connwatch\/\S+ OTel-OTLP-Exporter-JavaScript\//);
    expect(points.filter(({ temporality }) => temporality === 1)).toEqual([]);
    // A new series has its own start time here, so it needs no 0 before its first value.
    const [series] = points.filter((point) => point.metric === ATTEMPTS && point.attributes['process.executable.name'] === name);
    expect(series!.start).toBeLessThan(series!.time);
    expect(page.value('connwatch_export_failures_total', { exporter: 'otlp' })).toBe(0);

    const health = await (await fetch(`http://${agent.health}/health`)).text();
    for (const shown of [agent.logs.text, health, await agent.text()]) for (const secret of secrets) expect(shown).not.toContain(secret);
    await agent.logs.line({ msg: 'metrics are pushed', exporter: 'otlp', endpoint: `http://127.0.0.1:${receiver.port}` });
  });

  it('takes headers from a file, before those of the variables, and from its new content once the old one is refused; shows them nowhere', async () => {
    await using receiver = await Receiver.start();
    const folder = mkdtempSync(join(tmpdir(), 'connwatch-headers-'));
    const path = join(folder, 'headers');
    const [first, second] = ['tok3n-of-yesterday', 'tok3n-of-today'];
    try {
      writeFileSync(path, `authorization=Bearer%20${first}\nx-tenant=blue\n`);
      await using agent = await Agent.start({
        args: ['--log-level', 'trace', '--otlp-headers-file', path],
        env: { ...endpoint(receiver.port), OTEL_EXPORTER_OTLP_HEADERS: 'authorization=of-the-variable,x-more=1' },
      });
      await agent.logs.line({ msg: 'metrics are pushed' });
      expect(receiver.requests[0]!.headers).toMatchObject({ authorization: `Bearer ${first}`, 'x-tenant': 'blue', 'x-more': '1' });

      const encoded = Buffer.from(`Bearer ${first}`).toString('base64');
      receiver.answer = { code: status.UNAUTHENTICATED, details: `${first} is over, or ${encoded}` };
      await agent.logs.line({ msg: 'metrics cannot be pushed', error: 'UNAUTHENTICATED: <hidden> is over, or <hidden>' });
      writeFileSync(path, `authorization=Bearer%20${second}`);
      await until(() => receiver.requests.at(-1)!.headers['authorization'], `Bearer ${second}`);
      receiver.answer = 'take';
      await agent.logs.line({ msg: 'metrics are pushed again' });
      // Without the file too the agent lives, and says why nothing is pushed.
      rmSync(path);
      receiver.answer = { code: status.UNAUTHENTICATED, details: `${second} is over` };
      await until(() => agent.logs.text.includes(`${path} (otlp-headers-file) cannot be used: the file does not exist`), true);
      const health = await (await fetch(`http://${agent.health}/health`)).text();
      for (const shown of [agent.logs.text, health, await agent.text()]) for (const secret of [first, second, encoded]) expect(shown).not.toContain(secret);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('reads what only root may read before it gives up to be root', async () => {
    await using receiver = await Receiver.start();
    const folder = mkdtempSync(join(tmpdir(), 'connwatch-headers-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'headers');
    writeFileSync(path, 'authorization=Bearer%20of-another', { mode: 0o600 });
    chownSync(path, 65534, 65534);
    await using agent = await Agent.start({ privileges: 'all', args: ['--otlp-headers-file', path], env: endpoint(receiver.port) });
    await agent.logs.line({ msg: 'metrics are pushed' });
    expect(receiver.requests[0]!.headers).toMatchObject({ authorization: 'Bearer of-another' });
    const error = `${path} (otlp-headers-file) cannot be used: this user has no permission to read it`;
    const warning = { level: 'warn', msg: 'the file with headers cannot be read again; its previous content is used', error };
    receiver.answer = { code: status.UNAVAILABLE, details: 'gone' };
    await agent.logs.line({ msg: 'metrics cannot be pushed', error: 'UNAVAILABLE: gone' });
    receiver.answer = 'take';
    await agent.logs.line({ msg: 'metrics are pushed again' });
    expect(agent.logs.lines.filter(({ msg }) => msg === warning.msg)).toEqual([expect.objectContaining(warning)]);
  });

  it('delta: the sum of what was sent is what happened', async () => {
    await using receiver = await Receiver.start();
    await using agent = await Agent.start({ env: { ...endpoint(receiver.port), OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' } });
    using generator = new Generator();
    const name = random.name('delta');
    const total = () =>
      receiver.requests
        .flatMap(({ points }) => points)
        .filter((point) => point.metric === ATTEMPTS && point.attributes['process.executable.name'] === name)
        .reduce((sum, { value, temporality }) => (expect(temporality).toBe(1), sum + (value ?? 0)), 0);
    const first = await generator.run(name, plain(random.between(20, 400)));
    await until(total, first.attempts);
    const second = await generator.run(name, plain(random.between(20, 400)));
    await until(total, first.attempts + second.attempts);
    await agent.stop();
    expect(total()).toBe(first.attempts + second.attempts);
  });

  it.each(['cumulative', 'delta'] as const)('sends exponential histograms to who asks for them, %s; the page keeps its buckets', async (temporality) => {
    await using receiver = await Receiver.start();
    const histograms = { OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram', OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality };
    await using agent = await Agent.start({ env: { ...endpoint(receiver.port), ...histograms } });
    await using namespace = await Namespace.create();
    using generator = new Generator();
    const name = random.name('times');
    const ofMine = ({ attributes }: Point) => attributes['process.executable.name'] === name && attributes['network.role'] !== 'server';
    const points = (metric: string) => receiver.requests.flatMap((request) => request.points).filter((point) => point.metric === metric && (metric === 'connwatch.collect.duration' || ofMine(point)));
    const HANDSHAKE = 'connwatch.tcp.connect.duration';
    // Cumulative: the newest of each series, of which each port has one.
    const told = () => (temporality === 'delta' ? points(HANDSHAKE) : [...new Map(points(HANDSHAKE).map((point) => [JSON.stringify(point.attributes), point])).values()]);
    const counted = () => told().reduce((sum, { exponential }) => sum + exponential!.count, 0);
    let made = 0;
    for (const count of [random.between(20, 200), random.between(20, 200)]) {
      made += (await generator.run(name, ['plain', '--port', '0', '--own-listener', '--count', `${count}`], namespace)).successes;
      await until(counted, made);
    }
    for (const { exponential, kind } of points(HANDSHAKE)) {
      expect(kind).toBe('exponential histogram');
      const { count, sum, scale, zeroCount, offset, counts } = exponential!;
      expect([scale, zeroCount, counts.reduce((all, each) => all + each, 0)]).toEqual([2, 0, count]);
      // Bucket i has values up to 2^((i + 1) / 4) s, and above the bound before it.
      const most = counts.reduce((all, each, index) => all + each * 2 ** ((offset + index + 1) / 4), 0);
      expect(sum).toBeLessThanOrEqual(most * 1.000001);
      expect(sum).toBeGreaterThanOrEqual((most / 2 ** 0.25) * 0.999999);
    }
    for (const metric of ['connwatch.tcp.connection.duration', 'connwatch.tcp.rtt']) expect(new Set(points(metric).map(({ kind }) => kind))).toEqual(new Set(['exponential histogram']));
    await agent.settles((page) => page.sum('connwatch_tcp_connect_duration_seconds_bucket', { process_executable_name: name, le: '+Inf' }), made);
    // The duration of a page is on the next one.
    await until(() => points('connwatch.collect.duration').at(-1)?.kind, 'exponential histogram');
  });

  it('sends what is new once more when it is stopped', async () => {
    await using receiver = await Receiver.start();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}`, OTEL_METRIC_EXPORT_INTERVAL: '3600000' };
    await using agent = await Agent.start({ env });
    // The first export comes by itself.
    await until(() => receiver.requests.length, 1);
    using generator = new Generator();
    const name = random.name('last');
    const made = await generator.run(name, plain(random.between(20, 400)));
    await agent.settles((page) => page.sum('connwatch_tcp_connect_attempts_total', { process_executable_name: name }), made.attempts);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    expect(receiver.requests.length).toBe(2);
    expect(receiver.sum(ATTEMPTS, { 'process.executable.name': name })).toBe(made.attempts);
  });

  it.each([
    [{ OTEL_METRICS_EXPORTER: 'none' }, []],
    [{ OTEL_METRICS_EXPORTER: 'prometheus' }, []],
    [{ OTEL_SDK_DISABLED: 'true' }, ['--otlp']],
    [{}, ['--otlp', 'false']],
  ])('pushes nothing with %j and %j, not even at the end', async (env, args) => {
    await using receiver = await Receiver.start();
    await using agent = await Agent.start({ args, env: { ...endpoint(receiver.port), ...env } });
    expect((await agent.scrape()).value('connwatch_export_failures_total', { exporter: 'otlp' })).toBe(0);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    expect(receiver.requests).toEqual([]);
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, "invalid value 'http/json' for OTEL_EXPORTER_OTLP_PROTOCOL"],
    [{ OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem' }, 'invalid value for OTEL_EXPORTER_OTLP_CERTIFICATE, which must be the path of a file, not its content: the file does not exist.'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20tok3n%0a' }, 'invalid value for OTEL_EXPORTER_OTLP_HEADERS'],
  ])('does not start with %j', async (env, message) => {
    const { code, logs } = await Agent.refuse({ args: ['--otlp'], env });
    expect(code).toBe(2);
    expect(logs.lines.at(-1)).toMatchObject({ level: 'fatal', code: 'CW_CONFIG', msg: expect.stringContaining(message) });
    expect(logs.text).not.toContain('tok3n');
  });

  it.skipIf(noOpenssl)(`speaks TLS, and shows its certificate when asked${noOpenssl === undefined ? '' : ` (${noOpenssl})`}`, async () => {
    using certificates = await Certificates.make();
    const { path } = certificates;
    const [authority, private_key, cert_chain] = ['ca.pem', 'server.key', 'server.pem'].map((name) => readFileSync(path(name)));
    const credentials = ServerCredentials.createSsl(authority!, [{ private_key: private_key!, cert_chain: cert_chain! }], true);
    await using receiver = await Receiver.start({ credentials });
    const trusted = { OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${receiver.port}`, OTEL_METRIC_EXPORT_INTERVAL: '1000', OTEL_EXPORTER_OTLP_CERTIFICATE: path('ca.pem') };
    const own = { OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: path('client.pem'), OTEL_EXPORTER_OTLP_CLIENT_KEY: path('client.key') };
    {
      await using agent = await Agent.start({ env: trusted });
      await agent.logs.line({ msg: 'metrics cannot be pushed' });
      expect(receiver.requests).toEqual([]);
    }
    {
      await using agent = await Agent.start({ env: { ...trusted, ...own } });
      await agent.logs.line({ msg: 'metrics are pushed' });
      expect(receiver.requests.length).toBeGreaterThan(0);
    }
    // A key of another user, which root may read only until it has given up its privileges.
    chownSync(path('client.key'), 65534, 65534);
    chmodSync(path('client.key'), 0o600);
    await using agent = await Agent.start({ privileges: 'all', env: { ...trusted, ...own } });
    await agent.logs.line({ msg: 'metrics are pushed' });
    const error = 'invalid value for OTEL_EXPORTER_OTLP_CLIENT_KEY, which must be the path of a file, not its content: this user has no permission to read it';
    await agent.logs.line({ level: 'warn', msg: 'files for TLS cannot be read again; their previous content is used', error });
  });
});
