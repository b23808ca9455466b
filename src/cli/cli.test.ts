import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cli } from './cli.ts';
import { fakeHost } from './fixtures.ts';

async function command(argv: readonly string[], environment?: Record<string, string>) {
  const { host, seen } = fakeHost(argv, environment);
  const code = await cli(host);
  return { code, ...seen };
}

/** The command runs the agent with these settings, and ends with 0 after SIGTERM. */
async function runs(argv: readonly string[], environment?: Record<string, string>) {
  const { host, seen, agent, events } = fakeHost([...argv, '--log-level=fatal'], environment);
  const code = cli(host);
  await agent.started.promise;
  events.emit('SIGTERM', 'SIGTERM');
  expect([await code, agent.stops, seen.stderr, seen.stdout]).toEqual([0, 1, '', '']);
  return seen.settings;
}

describe('run', () => {
  it('is the default command, flags before or after it', async () => {
    for (const argv of [['--interval', '1s'], ['run', '--interval=1s'], ['--interval=1s', 'run']]) {
      expect(await runs(argv)).toMatchObject({ interval: 1000, metricsAddr: ':9090', logFormat: 'pretty' });
    }
    expect(await runs([], { CONNWATCH_INTERVAL: '2s' })).toMatchObject({ interval: 2000 });
  });
});

describe('version', () => {
  it.each([['version'], ['--version'], ['-V'], ['--interval', 'nonsense', '--version']])('%s', async (...argv) => {
    expect(await command(argv)).toMatchObject({
      code: 0,
      stdout: `connwatch dev\ncommit dev\nNode.js ${process.versions.node}\nlibbpf 1.1.2\n`,
      stderr: '',
    });
  });

  it('works without the addon', async () => {
    const { host, seen } = fakeHost(['version']);
    const code = await cli({ ...host, libbpfVersion: () => Promise.reject(new Error('no addon')) });
    expect(code).toBe(0);
    expect(seen.stdout).toMatch(/^libbpf not available$/m);
  });
});

describe('config', () => {
  it('prints the settings in force and their origins', async () => {
    const { code, stdout, stderr } = await command(['config', '--interval', '1s'], { CONNWATCH_SERIES_LIMIT: '7' });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('interval: 1s # --interval\nseries-limit: 7 # CONNWATCH_SERIES_LIMIT\n');
    expect(stdout).toContain('# OTLP: metrics are not pushed');
  });

  it('says what is pushed and where to, without credentials', async () => {
    const { code, stdout } = await command(['config'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://bob:hunter2@collector:4317',
      OTEL_EXPORTER_OTLP_HEADERS: 'key=hush',
      OTEL_METRIC_EXPORT_INTERVAL: '15000',
      OTEL_LOGS_EXPORTER: 'otlp',
    });
    expect(code).toBe(0);
    expect(stdout).toContain('# OTLP: metrics are pushed to http://collector:4317 every 15000 ms, cumulative temporality\n');
    expect(stdout).toContain('# OTLP: records of failed connects are pushed to http://collector:4317 as logs\n');
    expect(stdout).not.toMatch(/hunter2|hush|bob/);
  });

  it('says how it is pushed: times, compression, files and names of headers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'connwatch-cli-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [headers, authority] = [join(folder, 'headers'), join(folder, 'ca\n.pem')];
    writeFileSync(headers, 'Authorization=Bearer%20hush\nx-tenant=hush');
    writeFileSync(authority, rootCertificates[0]!);
    const { code, stdout } = await command(['config'], {
      CONNWATCH_OTLP_HEADERS_FILE: headers,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4317',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=hush,b=hush',
      OTEL_EXPORTER_OTLP_CERTIFICATE: authority,
      OTEL_EXPORTER_OTLP_TIMEOUT: '7000',
      OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'GZIP',
      OTEL_LOGS_EXPORTER: 'otlp',
    });
    expect(code).toBe(0);
    const common = [`#   OTEL_EXPORTER_OTLP_CERTIFICATE: ${JSON.stringify(authority)}`, '#   headers: authorization, b, x-tenant (values are not shown)', ''].join('\n');
    expect(stdout).toContain(`cumulative temporality\n#   grpc; one export at most 30000 ms, one request 7000 ms; compression gzip; TLS\n${common}`);
    expect(stdout).toContain(`as logs\n#   grpc; one request at most 7000 ms; compression none; TLS\n${common}`);
    expect(stdout).not.toContain('hush');
  });
});

it('config reads the file of --web-config-file', async () => {
  const { code, stdout, stderr } = await command(['config', '--web-config-file', '/nowhere/web.yaml']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^connwatch: cannot use the file \/nowhere\/web.yaml \(--web-config-file\): the file does not exist\./);
});

it('config does not print what a file with headers holds', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-cli-'));
  const path = join(folder, 'headers');
  writeFileSync(path, 'authorization=Bearer%20hush');
  const { code, stdout, stderr } = await command(['config', '--otlp'], { CONNWATCH_OTLP_HEADERS_FILE: path });
  writeFileSync(path, 'hush');
  const refused = await command(['config', '--otlp'], { CONNWATCH_OTLP_HEADERS_FILE: path });
  rmSync(folder, { recursive: true });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`otlp-headers-file: ${path} # CONNWATCH_OTLP_HEADERS_FILE\n`);
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`invalid value '${path}' for otlp-headers-file: an entry is not name=value`) });
  expect(stdout + refused.stderr).not.toMatch(/hush/);
});

describe('what was to be in a file, given in the place of its name, is never printed', () => {
  const secret = 'authorization=Bearer hush';

  it('config shows that there is no such file', async () => {
    const { code, stdout } = await command(['config'], { CONNWATCH_OTLP_HEADERS_FILE: secret });
    expect(code).toBe(0);
    expect(stdout).toContain('otlp-headers-file: "<not shown: the file does not exist>" # CONNWATCH_OTLP_HEADERS_FILE\n');
    expect(stdout).not.toContain('hush');
  });

  const wants = (name: string) => `invalid value for ${name}, which must be the path of a file, not its content: `;
  const pem = (bytes: number) => `-----BEGIN PRIVATE KEY-----\n${'hush'.repeat(bytes / 4)}\n-----END PRIVATE KEY-----`;
  it.each<[string[], Record<string, string>, string]>([
    [[`--otlp-headers-file=${secret}`], {}, `${wants('otlp-headers-file')}the file does not exist.`],
    [[`--otlp-headers-file=${secret}\0`], {}, `${wants('otlp-headers-file')}it cannot be read (ERR_INVALID_ARG_VALUE).`],
    [[], { OTEL_EXPORTER_OTLP_CLIENT_KEY: pem(64) }, `${wants('OTEL_EXPORTER_OTLP_CLIENT_KEY')}the file does not exist`],
    [[], { OTEL_EXPORTER_OTLP_CLIENT_KEY: Buffer.from('hush'.repeat(100)).toString('base64') }, `${wants('OTEL_EXPORTER_OTLP_CLIENT_KEY')}the path is too long`],
    [[], { OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE: pem(8000) }, `${wants('OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE')}the path is too long`],
  ])('%# is refused without it', async (flags, environment, why) => {
    const { code, stdout, stderr } = await command(['config', '--otlp', ...flags], environment);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(why);
    expect(stderr).not.toMatch(/hush|aHVz/);
  });
});

// Runs the real checks. Their results depend on machine and user, so this tests only what holds everywhere.
describe('doctor', { timeout: 120_000 }, () => {
  const anyPort = ['--metrics-addr=127.0.0.1:0', '--health-addr=127.0.0.1:0'];
  const VERDICTS: Readonly<Record<number, RegExp>> = {
    0: /^The agent would start here\.$/,
    1: /^The agent would not start here: \d+ missing\.$/,
    3: /^The agent would start here; \d+ degraded(, \d+ unknown)?\.$/,
  };

  it('prints a line per check and a verdict, which the exit code agrees with', async () => {
    const { code, stdout, stderr } = await command(['doctor', ...anyPort]);
    const [verdict, blank, ...lines] = stdout.trimEnd().split('\n').reverse();
    expect([stderr, blank]).toEqual(['', '']);
    expect(verdict).toMatch(VERDICTS[code]!);
    for (const line of lines) expect(line).toMatch(/^(ok|degraded|missing|unknown|info) +[a-z_/-]+ +\S/);
    expect(lines.some((line) => line.startsWith('missing'))).toBe(code === 1);
  });

  it('prints the same as JSON', async () => {
    const { code, stdout, stderr } = await command(['doctor', '--json', ...anyPort]);
    const { starts, worst, checks } = JSON.parse(stdout) as { starts: boolean; worst: string; checks: { id: string; status: string }[] };
    expect([stderr, starts, worst]).toEqual(['', code !== 1, { 0: 'ok', 1: 'missing', 3: 'degraded' }[code]]);
    expect(checks.map(({ id }) => id)).toEqual(expect.arrayContaining(['kernel', 'btf', 'capabilities', 'ring-buffer', 'metrics-address']));
  });

  it('takes the settings, and refuses what is wrong with them', async () => {
    expect(await command(['doctor', '--interval=5'])).toMatchObject({ code: 2, stdout: '' });
    expect(await command(['--json'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--json is no flag of this command') });
    const wrong = await command(['doctor', '--otlp', ...anyPort], { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:secret@' });
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('OTEL_EXPORTER_OTLP_ENDPOINT') });
    expect(wrong.stderr).not.toContain('secret');
  });

  it('tells whether the collector can be reached', async () => {
    const { stdout } = await command(['doctor', '--json', ...anyPort], { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:secret@127.0.0.1:1' });
    const { checks } = JSON.parse(stdout) as { checks: { id: string }[] };
    expect(checks.find(({ id }) => id === 'collector')).toMatchObject({ status: 'degraded', found: 'http://127.0.0.1:1: it refuses connections' });
    expect(stdout).not.toContain('secret');
  });
});

describe('help', () => {
  it.each([['--help'], ['-h'], ['help'], ['run', '--help'], ['config', '-h']])('%s', async (...argv) => {
    const { code, stdout, stderr } = await command(argv);
    expect([code, stderr]).toEqual([0, '']);
    for (const text of ['Usage: connwatch', '--metrics-addr', 'Default: 5s. Example: 1s.', 'Commands:', 'Examples:', 'Exit codes:']) {
      expect(stdout).toContain(text);
    }
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});

describe('what cannot be used ends with 2 and one message', () => {
  it('flags that exclude each other, in JSON because one of them asks for it', async () => {
    const { code, stdout, stderr } = await command(['snapshot', '--json', '--csv']);
    expect([code, stdout, (JSON.parse(stderr) as { msg: string }).msg]).toEqual([2, '', 'the flags --csv and --json exclude each other.']);
  });

  it.each<[string[], string]>([
    [['--intervl=top-secret'], 'unknown flag --intervl; did you mean --interval?'],
    [['--otlp-headers', 'authorization=Bearer top-secret'], 'unknown flag --otlp-headers; did you mean --otlp-headers-file?'],
    [['--zzzzzz'], 'unknown flag --zzzzzz.'],
    [['config', '--intervl', '1s'], 'unknown flag --intervl; did you mean --interval?'],
    [['-x'], 'unknown flag -x.'],
    [['trace', '--failed=maybe'], 'the flag --failed takes no value.'],
    [['trace', '--duration=600h'], "invalid value '600h' for --duration: it is longer than 24 days."],
    [['snapshot', '--failed'], '--failed is no flag of this command.'],
    [['--interval'], 'the flag --interval needs a value.'],
    [['--interval='], "invalid value '' for --interval: it is empty."],
    [['--interval=5'], "invalid value '5' for --interval: it has no unit; write 5s for seconds."],
    [['--interval=1s', '--interval=2s'], '--interval is given 2 times.'],
    [['--interval=\u001b[31m'], "invalid value '\\x1b[31m' for --interval: it is not a duration such as 500ms, 5s or 1m30s."],
    [['bogus'], "unknown command 'bogus'."],
    [['--otlp-headers-file=authorization=Bearer', 'topSecret1'], 'unknown command.'],
    [['confg'], "unknown command 'confg'; did you mean 'config'?"],
    [['config', 'more'], 'too many arguments: beside flags, why takes one peer, and the other commands nothing.'],
    [['run', 'more'], 'too many arguments: beside flags, why takes one peer, and the other commands nothing.'],
    [['--config=/nowhere/c.yaml'], 'cannot use the file /nowhere/c.yaml (--config): the file does not exist.'],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr, settings } = await command(argv);
    expect([code, stdout, settings]).toEqual([2, '', undefined]);
    expect(stderr.split('\n')[0]).toBe(`connwatch: ${message}`);
    expect(stderr).toMatch(/^[^\n]+\n[^\n]+ \[CW_CONFIG(_FILE)?\]\n$/);
    expect(stderr).not.toContain('secret');
  });

  it('variables', async () => {
    const { code, stderr } = await command(['config'], { CONNWATCH_INTERVL: '1s' });
    expect([code, stderr.split('\n')[0]]).toEqual([2, 'connwatch: unknown variable CONNWATCH_INTERVL; did you mean CONNWATCH_INTERVAL?']);
  });

  // A run refuses them where it opens the push.
  it.each(['config', 'doctor'])("OpenTelemetry's variables: %s", async (name) => {
    const { code, stdout, stderr } = await command([name], { OTEL_METRICS_EXPORTER: 'otpl' });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain("invalid value 'otpl' for OTEL_METRICS_EXPORTER");
    const logs = await command([name], { OTEL_LOGS_EXPORTER: 'otpl' });
    expect([logs.code, logs.stdout]).toEqual([2, '']);
    const secret = await command([name], { OTEL_EXPORTER_OTLP_ENDPOINT: 'ht tp://bob:hunter2@c' });
    expect([secret.code, secret.stdout, secret.stderr.includes('hunter2')]).toEqual([2, '', false]);
  });
});

it('reports an unexpected error as a bug, without a stack', async () => {
  const { host, seen } = fakeHost(['config']);
  const code = await cli({
    ...host,
    stdout: () => {
      throw new Error('broken');
    },
  });
  expect(code).toBe(1);
  expect(seen.stderr).toMatch(/^connwatch: unexpected error: broken\nThis is a bug\. Please .* \[CW_INTERNAL\]\n$/);
});
