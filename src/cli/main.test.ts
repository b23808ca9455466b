import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

// Real processes: signals, pipes and exit codes. Node.js strips the types itself.
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

async function ended(child: ReturnType<typeof spawn>) {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, stdout, stderr };
}

const start = (script: string, argv: readonly string[] = [], environment: Record<string, string> = {}) =>
  spawn(process.execPath, [here(script), ...argv], { env: { PATH: process.env['PATH'] ?? '', ...environment } });

/** Resolves when standard error contains `text`. */
function said(child: ReturnType<typeof spawn>, text: string): Promise<void> {
  let seen = '';
  return new Promise((resolve) => {
    child.stderr?.on('data', (chunk) => {
      if ((seen += String(chunk)).includes(text)) resolve();
    });
  });
}

describe('connwatch', () => {
  it('prints its version', async () => {
    const { code, stdout, stderr } = await ended(start('main.ts', ['--version']));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^connwatch dev\ncommit dev\nNode\.js \d+\.\d+\.\d+\nlibbpf .+\n$/);
  });

  it.each<[string[], Record<string, string>]>([
    [['--interval=5'], {}],
    [['run', '--interval=5'], { CONNWATCH_LOG_FORMAT: 'json' }],
    [['doctor', '--json', '--interval=5'], {}],
  ])('refuses with 2, and a machine gets one line of JSON: %j', async (argv, environment) => {
    const { code, stdout, stderr } = await ended(start('main.ts', argv, environment));
    expect([code, stdout]).toEqual([2, '']);
    const [json = '', ...rest] = stderr.split('\n');
    expect(rest).toEqual(['']);
    expect(JSON.parse(json)).toMatchObject({ level: 'fatal', code: 'CW_CONFIG', msg: "invalid value '5' for --interval: it has no unit; write 5s for seconds." });
  });

  it.each([['config', '--interval=5'], ['--log-format=pretty', '--interval=5'], ['--interval=5', '--log-format', 'pretty']])('tells a person: %s %s', async (...argv) => {
    const { code, stdout, stderr } = await ended(start('main.ts', argv));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.split('\n')).toEqual([
      "connwatch: invalid value '5' for --interval: it has no unit; write 5s for seconds.",
      "Run 'connwatch --help' for all settings. [CW_CONFIG]",
      '',
    ]);
  });

  it('is called connwatch, and keeps its arguments', async () => {
    const child = start('main.fixture.ts', ['--log-format=json']);
    await said(child, '"ready"');
    expect(readFileSync(`/proc/${child.pid}/comm`, 'utf8')).toBe('connwatch\n');
    expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')).toContain('--log-format=json');
    child.kill('SIGTERM');
    expect(await ended(child)).toMatchObject({ code: 0 });
  });

  it('survives readers that went away', async () => {
    const child = start('main.ts', ['--help']);
    child.stdout.destroy();
    child.stderr.destroy();
    const [code, signal] = (await once(child, 'exit')) as unknown[];
    expect([code, signal]).toEqual([0, null]);
  });
});

describe('connwatch run, with an agent that does nothing', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('ends with 0 at %s', async (signal) => {
    const child = start('main.fixture.ts', [], { CONNWATCH_LOG_FORMAT: 'json' });
    const result = ended(child);
    await said(child, '"ready"');
    child.kill(signal);
    expect(await result).toMatchObject({ code: 0, signal: null, stdout: 'stopped in order\n' });
  });

  it.each([
    ['otlp: true', { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, "invalid value 'http/json' for OTEL_EXPORTER_OTLP_PROTOCOL"],
    ['otlp-headers-file: /nowhere', { OTEL_METRICS_EXPORTER: 'otlp' }, 'invalid value for otlp-headers-file, which must be the path of a file, not its content: the file does not exist'],
  ])('refuses at SIGHUP what would be refused at the start: %s with %j', async (settings, environment, why) => {
    const folder = mkdtempSync(join(tmpdir(), 'connwatch-reload-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'config.yaml');
    writeFileSync(path, 'interval: 1s');
    const child = start('main.fixture.ts', ['--config', path, '--log-format=json'], environment);
    const result = ended(child);
    const refused = said(child, 'settings cannot be reloaded');
    const read = said(child, 'settings reloaded');
    await said(child, '"ready"');
    writeFileSync(path, `interval: 2s\n${settings}`);
    child.kill('SIGHUP');
    await refused;
    writeFileSync(path, 'interval: 3s');
    child.kill('SIGHUP');
    await read;
    child.kill('SIGTERM');
    const { stdout, stderr } = await result;
    expect(stdout).toBe('interval 3000\nstopped in order\n');
    const line = stderr.split('\n').find((text) => text.includes('settings cannot be reloaded'))!;
    expect(JSON.parse(line)).toMatchObject({ level: 'error', code: 'CW_CONFIG', error: expect.stringContaining(why) as string });
  });

  it.each(['SIGINT', 'SIGTERM'])('ends with 0 at %s while the program is still being loaded', async (signal) => {
    const hooks = `import { registerHooks } from 'node:module';
      registerHooks({ resolve(name, context, next) {
        if (name.endsWith('/program.ts')) process.kill(process.pid, '${signal}');
        return next(name, context);
      } });`;
    const preload = `data:text/javascript,${encodeURIComponent(hooks)}`;
    const child = spawn(process.execPath, ['--import', preload, here('main.fixture.ts')], { env: { PATH: process.env['PATH'] } });
    expect(await ended(child)).toMatchObject({ code: 0, signal: null });
  });

  it('goes on without standard error', async () => {
    const child = start('main.fixture.ts', ['--log-level=trace']);
    await said(child, '"ready"');
    child.stderr.destroy();
    child.kill('SIGTERM'); // it then logs two lines that nobody reads
    const [code, signal] = (await once(child, 'exit')) as unknown[];
    expect([code, signal]).toEqual([0, null]);
  });

  it('stops in order when it fails and nobody reads standard error', async () => {
    const child = start('main.fixture.ts');
    await said(child, '"ready"');
    child.stderr.destroy();
    const result = ended(child);
    child.kill('SIGUSR2');
    expect(await result).toMatchObject({ code: 1, stdout: 'stopped in order\n' });
  });

  it('ends with 1 after an uncaught exception', async () => {
    const child = start('main.fixture.ts', [], { THROW_LATER: '1' });
    const { code, stderr } = await ended(child);
    expect(code).toBe(1);
    expect(stderr).toContain('"msg":"unexpected error: thrown later"');
    expect(stderr).not.toContain('    at ');
  });
});
