import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

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

/** Resolves when standard error has said `text`. */
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

  it('refuses with 2; a machine gets its line and a person the message', async () => {
    const { code, stdout, stderr } = await ended(start('main.ts', ['--interval=5']));
    expect([code, stdout]).toEqual([2, '']);
    const [json = '', ...plain] = stderr.split('\n');
    expect(JSON.parse(json)).toMatchObject({ level: 'fatal', code: 'CW_CONFIG', msg: "invalid value '5' for --interval: it has no unit; write 5s for seconds." });
    expect(plain).toEqual([
      "connwatch: invalid value '5' for --interval: it has no unit; write 5s for seconds.",
      "Run 'connwatch --help' for all settings. [CW_CONFIG]",
      '',
    ]);
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

  it('goes on without standard error', async () => {
    const child = start('main.fixture.ts', ['--log-level=trace']);
    await said(child, '"ready"');
    child.stderr.destroy();
    child.kill('SIGTERM'); // it logs two more lines, to nobody
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
    expect(stderr).toContain('connwatch: unexpected error: thrown later');
    expect(stderr).not.toContain('    at ');
  });
});
