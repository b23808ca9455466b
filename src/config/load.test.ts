import { Command } from 'commander';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnwatchError } from '../internal/errors.ts';
import { addFlags, loadSettings, printSettings, readFlags } from './index.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
  file = join(folder, 'c.yaml');
});
afterEach(() => rm(folder, { recursive: true }));

function load(argv: readonly string[] = [], environment: Record<string, string> = {}, terminal = false) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addFlags(command);
  command.parse(argv, { from: 'user' });
  return loadSettings({ flags: readFlags(command), environment, terminal });
}

const problem = (argv?: readonly string[], environment?: Record<string, string>) =>
  load(argv, environment).then(
    () => 'fine',
    (error: unknown) => `${(error as ConnwatchError).code}: ${(error as ConnwatchError).message}`,
  );

describe('loadSettings', () => {
  it('has the documented defaults', async () => {
    expect((await load()).settings).toEqual({
      metricsAddr: ':9090',
      healthAddr: ':8080',
      webConfigFile: undefined,
      webConfigHealth: false,
      ui: 'loopback',
      shutdownTimeout: 10_000,
      socket: '/run/connwatch/connwatch.sock',
      interval: 5_000,
      seriesLimit: 2_000,
      failureRecords: 0,
      kubernetes: 'auto',
      kubernetesPeers: 'all',
      kubeletInsecure: false,
      newSeriesAtZero: true,
      ringSize: 8_388_608,
      attach: 'auto',
      syncFailures: 'auto',
      logLevel: 'info',
      logFormat: 'json',
      config: undefined,
    });
    expect((await load([], {}, true)).settings.logFormat).toBe('pretty');
  });

  it('lets flags beat the environment and that the file', async () => {
    await writeFile(file, 'interval: 3s\nseries-limit: 30\nring-size: 4KiB\n');
    const { settings, origins } = await load(['--interval', '1s', `--config=${file}`], {
      CONNWATCH_INTERVAL: '2s',
      CONNWATCH_SERIES_LIMIT: '20',
    });
    expect(settings).toMatchObject({ interval: 1_000, seriesLimit: 20, ringSize: 4_096, logLevel: 'info', config: file });
    expect([origins.interval, origins.seriesLimit, origins.ringSize, origins.logLevel].map(({ source, label }) => [source, label])).toEqual([
      ['flag', '--interval'],
      ['environment', 'CONNWATCH_SERIES_LIMIT'],
      ['file', `ring-size (${file} line 3)`],
      ['default', 'default'],
    ]);
  });

  it('takes the file from the environment too', async () => {
    await writeFile(file, 'log-level: debug');
    expect((await load([], { CONNWATCH_CONFIG: file })).settings.logLevel).toBe('debug');
    await expect(load([`--config=${join(folder, 'none')}`], { CONNWATCH_CONFIG: file })).rejects.toMatchObject({ code: 'CW_CONFIG_FILE' });
  });

  it.each([
    [['--new-series-at-zero=false'], false],
    [['--new-series-at-zero', 'false'], false],
    [['--new-series-at-zero'], true],
    [['--new-series-at-zero', '--interval=1s'], true],
  ])('%j', async (argv, value) => {
    expect((await load(argv)).settings.newSeriesAtZero).toBe(value);
  });

  it('ignores empty variables, other variables and those of Kubernetes Services', async () => {
    const environment = {
      CONNWATCH_INTERVAL: '',
      CONNWATCH_SERVICE_HOST: '10.0.0.1',
      CONNWATCH_SERVICE_PORT: '9090',
      CONNWATCH_SERVICE_PORT_METRICS: '9090',
      CONNWATCH_PORT: 'tcp://10.0.0.1:9090',
      CONNWATCH_PORT_9090_TCP: 'tcp://10.0.0.1:9090',
      CONNWATCH_METRICS_PORT_9090_TCP_ADDR: '10.0.0.1',
      CONNWATCHER: 'x',
      PATH: '/bin',
    };
    expect((await load([], environment)).settings.interval).toBe(5_000);
  });
});

describe('what is refused, by name and with the reason', () => {
  it.each<[string[], string]>([
    [['--interval', '5'], "invalid value '5' for --interval: it has no unit; write 5s for seconds."],
    [['--interval='], "invalid value '' for --interval: it is empty."],
    [['--interval', ''], "invalid value '' for --interval: it is empty."],
    [['--interval', '99ms'], "invalid value '99ms' for --interval: it is below 100ms."],
    [['--interval=10m1ms'], "invalid value '10m1ms' for --interval: it is above 10m."],
    [['--interval', '--ring-size=1'], "invalid value '--ring-size=1' for --interval: it is not a duration such as 500ms, 5s or 1m30s."],
    [['--interval=1s', '--interval=1s'], '--interval is given 2 times.'],
    [['--ring-size=6MiB'], "invalid value '6MiB' for --ring-size: it is not a power of two; the nearest are 4MiB and 8MiB."],
    [['--ring-size=2048'], "invalid value '2048' for --ring-size: it is below 4KiB."],
    [['--ring-size=2GiB'], "invalid value '2GiB' for --ring-size: it is above 1GiB."],
    [['--series-limit=0'], "invalid value '0' for --series-limit: it is below 2."],
    [['--series-limit=1e3'], "invalid value '1e3' for --series-limit: it is not a whole number."],
    [['--series-limit=9999999999999999999999'], "invalid value '9999999999999999999999' for --series-limit: it is above 1000000."],
    [['--new-series-at-zero=yes'], "invalid value 'yes' for --new-series-at-zero: it is neither 'true' nor 'false'."],
    [['--log-level=wran'], "invalid value 'wran' for --log-level: it is not one of trace, debug, info, warn, error, fatal; did you mean 'warn'?"],
    [['--log-format=xml'], "invalid value 'xml' for --log-format: it is not one of json, pretty."],
    [['--metrics-addr=:99999'], "invalid value ':99999' for --metrics-addr: the port 99999 is above 65535."],
    [['--config='], "invalid value '' for --config: it is empty."],
    [['--metrics-addr=:8080'], 'metrics-addr and health-addr both want port 8080: give them different ports.'],
    [['--web-config-health'], 'web-config-health protects the health port with the file of web-config-file, which is not given: give it, or leave web-config-health out.'],
    [['--metrics-addr=127.0.0.1:8080'], 'metrics-addr and health-addr both want port 8080: give them different ports.'],
  ])('%j', async (argv, message) => {
    expect(await problem(argv)).toBe(`CW_CONFIG: ${message}`);
  });

  it.each([
    ['0.0.0.0:1', '[::]:1'],
    ['127.0.0.1:1', '[::]:1'],
    ['[::1]:1', '[::]:1'],
    ['0.0.0.0:1', ':1'],
    ['0.0.0.0:1', '127.0.0.2:1'],
    ['localhost:1', '[::]:1'],
    ['localhost:1', 'localhost:1'],
  ])('%s and %s, whichever is which', async (a, b) => {
    for (const [metrics, health] of [[a, b], [b, a]]) {
      expect(await problem([`--metrics-addr=${metrics}`, `--health-addr=${health}`])).toBe(
        'CW_CONFIG: metrics-addr and health-addr both want port 1: give them different ports.',
      );
    }
  });

  it('the same port of different addresses is fine', async () => {
    expect(await problem(['--metrics-addr=127.0.0.1:1', '--health-addr=127.0.0.2:1'])).toBe('fine');
    expect(await problem(['--metrics-addr=0.0.0.0:1', '--health-addr=[::1]:1'])).toBe('fine');
    expect(await problem(['--metrics-addr=0.0.0.0:1', '--health-addr=localhost:1'])).toBe('fine');
    expect(await problem(['--metrics-addr=:0', '--health-addr=:0'])).toBe('fine');
  });

  it('variables', async () => {
    expect(await problem([], { CONNWATCH_INTERVL: '1s' })).toBe('CW_CONFIG: unknown variable CONNWATCH_INTERVL; did you mean CONNWATCH_INTERVAL?');
    expect(await problem([], { CONNWATCH_ZEBRA: '1' })).toBe('CW_CONFIG: unknown variable CONNWATCH_ZEBRA.');
    expect(await problem([], { CONNWATCH_LOG_LEVEL: 'INFO' })).toMatch(/^CW_CONFIG: invalid value 'INFO' for CONNWATCH_LOG_LEVEL: /);
  });

  it('also where a stronger source hides it, all problems at once', async () => {
    await writeFile(file, 'interval: never\nzebra: 1\n');
    expect(await problem(['--interval=1s', `--config=${file}`], { CONNWATCH_INTERVAL: '5' })).toBe(
      [
        'CW_CONFIG: 3 settings cannot be used:',
        `  unknown key zebra (${file} line 2)`,
        `  invalid value 'never' for interval (${file} line 1): it is not a duration such as 500ms, 5s or 1m30s`,
        "  invalid value '5' for CONNWATCH_INTERVAL: it has no unit; write 5s for seconds",
      ].join('\n'),
    );
  });

  it('points to the help', async () => {
    await expect(load(['--interval=x'])).rejects.toMatchObject({ hint: "Run 'connwatch --help' for all settings." });
  });
});

describe('printSettings', () => {
  it('is a file that gives the same settings, each with its origin', async () => {
    const resolution = await load(['--interval=90s', '--metrics-addr=[::1]:0', '--new-series-at-zero=false'], { CONNWATCH_RING_SIZE: '4096' });
    const text = await printSettings(resolution);
    expect(text).toBe(`# The settings in force and the source of each.
# No file is in use.

metrics-addr: "[::1]:0" # --metrics-addr
health-addr: :8080 # default
web-config-health: false # default
ui: loopback # default
shutdown-timeout: 10s # default
socket: /run/connwatch/connwatch.sock # default
interval: 1m30s # --interval
series-limit: 2000 # default
kubernetes: auto # default
kubernetes-peers: all # default
kubelet-insecure: false # default
new-series-at-zero: false # --new-series-at-zero
failure-records: 0 # default
ring-size: 4KiB # CONNWATCH_RING_SIZE
attach: auto # default
sync-failures: auto # default
log-level: info # default
log-format: json # default
`);
    await writeFile(file, text);
    expect((await load([`--config=${file}`])).settings).toEqual({ ...resolution.settings, config: file });
  });
});
