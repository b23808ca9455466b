import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AGENT } from '../harness/agent.ts';
import { agentEnvironment } from '../harness/environment.ts';
import { at, describeKernel } from '../harness/host.ts';
import { Logs } from '../harness/logs.ts';
import { announcedRandom } from '../harness/random.ts';
import { must } from '../harness/run.ts';
import { until } from '../harness/until.ts';
import { perTest } from '../harness/watched.ts';

const CLOSED_PORT = 7;
const EXAMPLES = at('docs', 'examples');

/** A project of a user, in which the packed tarball is installed. */
const project = mkdtempSync(join(tmpdir(), 'connwatch-library-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

class Example implements AsyncDisposable {
  readonly said: Logs;
  readonly heard: Logs;
  readonly #child: ChildProcess;

  constructor(file: string) {
    this.#child = spawn(AGENT[0]!, [file], { cwd: project, stdio: ['ignore', 'pipe', 'pipe'], env: agentEnvironment() });
    this.said = new Logs(this.#child.stdout!);
    this.heard = new Logs(this.#child.stderr!);
  }

  /** By SIGTERM. @returns the exit code, or the signal */
  async stop(): Promise<unknown> {
    this.#child.kill('SIGTERM');
    const [code, signal] = (await once(this.#child, 'close')) as unknown[];
    return code ?? signal;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }
}

describeKernel('the packed tarball in a project of its own', () => {
  const random = announcedRandom('library');
  const made = perTest();
  const connect = (name: string, port: number, count: number, ...more: string[]) =>
    made.generator.run(name, ['plain', '--port', `${port}`, '--count', `${count}`, ...more], made.namespace);
  /** Until it has said something of these programs, it may not be watching yet. */
  const isWatching = async (example: Example, name: string, ...more: string[]) => {
    await until(async () => (await connect(name, more.length > 0 ? 0 : CLOSED_PORT, 1, ...more), example.said.text.includes(name)), true, { every: 200 });
    return example.said.rest.filter((line) => line.includes(name)).length;
  };

  beforeAll(async () => {
    const [packed] = JSON.parse(await must(['env', '-C', at(), 'npm', 'pack', '--json', '--silent', '--pack-destination', project])) as { readonly filename: string }[];
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'mine', private: true, type: 'module' }));
    await must(['env', '-C', project, 'npm', 'install', '--silent', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', join(project, packed!.filename)]);
    cpSync(EXAMPLES, project, { recursive: true });
  }, 240_000);

  it('has types for the examples in TypeScript', async () => {
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--skipLibCheck', 'false', '--types', 'node', '--typeRoots', at('node_modules', '@types')];
    await must(['env', '-C', project, at('node_modules', '.bin', 'tsc'), ...options, 'connections.ts', 'snapshots.ts']);
  });

  it('tells failures as they happen, in JavaScript', async () => {
    await using example = new Example('failures.mjs');
    await isWatching(example, random.name('first'));
    const [name, count] = [random.name('failing'), random.between(5, 50)];
    const { pid } = await connect(name, CLOSED_PORT, count);
    await until(() => example.said.rest.filter((line) => line === `${name}[${pid}] -> 127.0.0.1:${CLOSED_PORT} refused`).length, count);
  });

  it('tells connections with their bytes, in TypeScript', async () => {
    await using example = new Example('connections.ts');
    await isWatching(example, random.name('first'), '--own-listener');
    const [name, count] = [random.name('open'), random.between(5, 50)];
    const { port } = await connect(name, 0, count, '--own-listener');
    const of = (role: string) => example.said.rest.filter((line) => line.startsWith(`${role} ${name} 127.0.0.1:`));
    await until(() => [of('client').length, of('server').length], [count, count]);
    expect(of('client').every((line) => line.startsWith(`client ${name} 127.0.0.1:${port}: 0 bytes out, 0 in, `))).toBe(true);
    expect([await example.stop(), example.heard.text]).toEqual([0, '']);
  });

  it('tells what each window had, in TypeScript', async () => {
    await using example = new Example('snapshots.ts');
    await until(async () => (await connect(random.name('first'), CLOSED_PORT, 1), example.said.lines.length > 0), true, { every: 200 });
    const [name, ok, refused] = [random.name('seen'), random.between(5, 50), random.between(5, 50)];
    const { port } = await connect(name, 0, ok, '--own-listener');
    await connect(name, CLOSED_PORT, refused);
    const total = () => {
      const own = example.said.lines.filter(({ program }) => program === name) as { port: number; successes: number; failures: { refused?: number } }[];
      const sum = (pick: (line: (typeof own)[number]) => number) => own.reduce((all, line) => all + pick(line), 0);
      return [sum((line) => (line.port === port ? line.successes : 0)), sum(({ failures }) => failures.refused ?? 0)];
    };
    await until(total, [ok, refused]);
    expect([await example.stop(), example.heard.text]).toEqual([0, '']);
  });
});
