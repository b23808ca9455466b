import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { at, describeKernel } from '../../harness/host.ts';
import { Namespace } from '../../harness/kernel/namespace.ts';
import { announcedRandom } from '../../harness/random.ts';
import { must } from '../../harness/run.ts';
import type { Page } from '../../harness/scrape/exposition.ts';
import { watched } from '../../harness/watched.ts';

const random = announcedRandom('command');
const GENERATOR = at('build', 'test-tools', 'conngen');

/** Refused connects of this executable by process_command; '' is none. */
function byCommand(page: Page, executable: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { labels, value } of page.select('connwatch_tcp_connect_failures_total', { process_executable_name: executable })) {
    const command = labels['process_command'] ?? '';
    found[command] = (found[command] ?? 0) + value;
  }
  return found;
}

describeKernel('what a process was started as', () => {
  const on = watched();
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-command-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A copy of the generator under a name of its own. */
  const executable = async (): Promise<string> => {
    const path = join(folder, random.name('exe'));
    await must(['cp', GENERATOR, path]);
    return path;
  };
  /** @returns the name of a new file, with a shebang of that interpreter */
  const script = (interpreter: string, text = ''): string => {
    const path = join(folder, random.name('script'));
    writeFileSync(path, `#!${interpreter}\n${text}`);
    chmodSync(path, 0o755);
    return path;
  };
  const refusing = (count: number) => ['--port', '7', '--count', `${count}`];
  const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

  it('is the link, the script, or nothing where that is the executable', async () => {
    const [path, link] = [await executable(), join(folder, random.name('link'))];
    symlinkSync(path, link);
    await must(on.namespace.command(path, 'plain', ...refusing(3)));
    await must(on.namespace.command(link, 'plain', ...refusing(5)));
    // What the caller calls it does not count.
    await must(on.namespace.command('bash', '-c', `exec -a ${random.name('title')} "$0" plain ${refusing(7).join(' ')}`, link));
    await on.agent.settles((page) => byCommand(page, nameOf(path)), { '': 3, [nameOf(link)]: 12 });
  });

  it('is the script of a shell, in its children too, whoever starts it', async () => {
    const connect = 'exec 3<>/dev/tcp/127.0.0.1/7';
    const path = script('/bin/bash', `for i in 1 2 3; do (${connect}); done 2>/dev/null; ({ ${connect}; } 2>/dev/null & wait); true`);
    await must(on.namespace.command(path));
    await must(on.namespace.command('bash', path));
    await must(on.namespace.command('bash', '-c', `. ${path}`));
    await on.agent.settles((page) => byCommand(page, 'bash')[nameOf(path)], 8);
  });

  it('is found by the arguments of a process that was there before the agent', async () => {
    await using namespace = await Namespace.create();
    const path = script('/bin/bash', 'read -r go; for i in 1 2 3; do (exec 3<>/dev/tcp/127.0.0.1/7); done 2>/dev/null; true');
    const fifo = join(folder, random.name('fifo'));
    await must(['mkfifo', fifo]);
    const before = must(namespace.command('bash', '-c', `${path} < ${fifo}`));
    await using agent = await Agent.start();
    writeFileSync(fifo, 'go\n');
    await before;
    await agent.settles((page) => byCommand(page, 'bash')[nameOf(path)], 3);
  });
});
