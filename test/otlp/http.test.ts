import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { describeKernel } from '../harness/host.ts';
import { announcedRandom } from '../harness/random.ts';
import { countsMade, countsOf } from '../harness/scrape/counts.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { Certificates, noOpenssl } from './certificates.ts';
import { HttpReceiver } from './http-receiver.ts';
import { Receiver } from './receiver.ts';

const ATTEMPTS = 'connwatch.tcp.connect.attempts';
const FAILING = 'metrics cannot be pushed';
const AGAIN = 'metrics are pushed again';

describeKernel('OTLP push over HTTP', () => {
  const random = announcedRandom('http');
  const plain = (count: number) => ['plain', '--port', '0', '--own-listener', '--count', `${count}`];
  const env = (port: number) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_EXPORTER_OTLP_TIMEOUT: '900',
  });

  it.each(['none', 'gzip'])('carries what the page shows, and logs, compression %s', async (compression) => {
    await using receiver = await HttpReceiver.start();
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20tok3n-of-mine', OTEL_EXPORTER_OTLP_COMPRESSION: compression };
    await using agent = await Agent.start({ args: ['--failure-records', '100'], env: { ...env(receiver.port), ...headers, OTEL_LOGS_EXPORTER: 'otlp' } });
    using generator = new Generator();
    const [name, refused] = [random.name('pushed'), random.name('refused')];
    const made = await generator.run(name, plain(random.between(20, 400)));
    await agent.settles((shown) => countsOf(shown, { process_executable_name: name }), countsMade(made));
    const workload = { 'process.executable.name': name };
    await until(() => receiver.sum(ATTEMPTS, workload), made.attempts);
    expect(receiver.sum('connwatch.tcp.accepts', workload)).toBe(made.accepts);
    expect(receiver.requests.at(-1)!.headers).toMatchObject({ authorization: 'Bearer tok3n-of-mine', 'content-type': 'application/x-protobuf' });
    expect(receiver.requests.at(-1)!.headers['content-encoding']).toBe(compression === 'gzip' ? 'gzip' : undefined);
    expect(agent.logs.text).not.toContain('tok3n-of-mine');
    await generator.run(refused, ['plain', '--port', '7', '--count', '3']);
    await until(() => receiver.records.filter(({ attributes }) => attributes['process.executable.name'] === refused).length, 3);
    expect(new Set(receiver.paths)).toEqual(new Set(['POST /v1/metrics', 'POST /v1/logs']));
    expect((await agent.scrape()).value('connwatch_export_failures_total', { exporter: 'otlp' })).toBe(0);
  });

  it.each(['cumulative', 'delta'])('loses no count while the receiver is away, overloaded or hangs: %s', async (temporality) => {
    await using started = await HttpReceiver.start();
    const { port } = started;
    await using agent = await Agent.start({ env: { ...env(port), OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality } });
    await agent.logs.line({ msg: 'metrics are pushed' });
    using generator = new Generator();
    const name = random.name('kept');
    const workload = { 'process.executable.name': name };
    let attempts = 0;
    const lines = (msg: string) => agent.logs.lines.filter((line) => line['msg'] === msg);
    const fails = async (times: number) => {
      await until(() => lines(FAILING).length, times);
      attempts += (await generator.run(name, plain(random.between(20, 200)))).attempts;
      await agent.settles((page) => page.sum('connwatch_tcp_connect_attempts_total', { process_executable_name: name }), attempts);
    };
    // Delta: each accepted request counts once.
    const taken: HttpReceiver['requests'] = [];
    const total = (receiver: HttpReceiver) =>
      temporality === 'cumulative'
        ? receiver.sum(ATTEMPTS, workload)
        : [...taken, ...receiver.requests].flatMap(({ points }) => points).reduce((sum, point) => (point.metric === ATTEMPTS && point.attributes['process.executable.name'] === name ? sum + (point.value ?? 0) : sum), 0);

    started.answer = { status: 503, text: '' };
    await fails(1);
    expect(lines(FAILING)[0]).toMatchObject({ error: 'HTTP 429, 502, 503 or 504: the receiver, or a proxy before it, is overloaded or away' });
    started.requests.length = 0;
    started.answer = 'take';
    await until(() => lines(AGAIN).length, 1);
    await until(() => total(started), attempts);
    taken.push(...started.requests);
    await started[Symbol.asyncDispose]();
    await fails(2);
    expect(lines(FAILING)[1]!['error']).toMatch(/ECONNREFUSED|ECONNRESET|socket hang up/);
    await using healed = await HttpReceiver.start({ port });
    await until(() => lines(AGAIN).length, 2);
    await until(() => total(healed), attempts);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
  });

  it('says what is wrong when the port has the other protocol, the path is wrong or the token is refused', async () => {
    await using grpc = await Receiver.start();
    await using http = await HttpReceiver.start();
    const failure = async (environment: Record<string, string>) => {
      await using agent = await Agent.start({ env: environment });
      return (await agent.logs.line({ msg: FAILING }))['error'];
    };
    expect(await failure(env(grpc.port))).toBe('the server there does not speak HTTP/1.1; it may be a port of OTLP/gRPC (4317, OTLP/HTTP has 4318)');
    expect(await failure({ ...env(http.port), OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toMatch(/the server there does not speak gRPC; it may be a port of OTLP\/HTTP \(4318/);
    http.answer = { status: 404, text: '' };
    expect(await failure(env(http.port))).toMatch(/^HTTP 404 Not Found; check the path/);
    http.answer = { status: 401, text: 'unknown token tok3n-of-mine' };
    expect(await failure({ ...env(http.port), OTEL_EXPORTER_OTLP_HEADERS: 'authorization=tok3n-of-mine' })).toBe('HTTP 401 Unauthorized: unknown token <hidden>');
  });

  it('sends what is new once more when it is stopped, and stops in time when nothing answers', async () => {
    await using receiver = await HttpReceiver.start();
    const slow = { ...env(receiver.port), OTEL_METRIC_EXPORT_INTERVAL: '3600000', OTEL_EXPORTER_OTLP_TIMEOUT: '600000', OTEL_METRIC_EXPORT_TIMEOUT: '600000' };
    await using agent = await Agent.start({ args: ['--shutdown-timeout', '2s'], env: slow });
    await until(() => receiver.requests.length, 1);
    using generator = new Generator();
    const name = random.name('last');
    const made = await generator.run(name, plain(random.between(20, 400)));
    await agent.settles((page) => page.sum('connwatch_tcp_connect_attempts_total', { process_executable_name: name }), made.attempts);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    expect(receiver.sum(ATTEMPTS, { 'process.executable.name': name })).toBe(made.attempts);
    receiver.answer = 'never';
    await using other = await Agent.start({ args: ['--shutdown-timeout', '2s'], env: slow });
    expect(await other.stop()).toEqual({ code: 0, signal: null });
  });

  it.skipIf(noOpenssl)(`speaks TLS, and shows its certificate when asked${noOpenssl === undefined ? '' : ` (${noOpenssl})`}`, async () => {
    using certificates = await Certificates.make();
    const { path } = certificates;
    const [ca, key, cert] = ['ca.pem', 'server.key', 'server.pem'].map((name) => readFileSync(path(name)));
    await using receiver = await HttpReceiver.start({ tls: { ca: ca!, key: key!, cert: cert!, requestCert: true, rejectUnauthorized: true } });
    const trusted = { ...env(receiver.port), OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${receiver.port}`, OTEL_EXPORTER_OTLP_CERTIFICATE: path('ca.pem') };
    {
      await using agent = await Agent.start({ env: trusted });
      await agent.logs.line({ msg: FAILING });
      expect(receiver.requests).toEqual([]);
    }
    const own = { OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: path('client.pem'), OTEL_EXPORTER_OTLP_CLIENT_KEY: path('client.key') };
    await using agent = await Agent.start({ env: { ...trusted, ...own } });
    await agent.logs.line({ msg: 'metrics are pushed' });
    expect(receiver.requests.length).toBeGreaterThan(0);
  });
});
