import { type ChildProcess, spawnSync } from 'node:child_process';

const children = new Set<ChildProcess>();

/** Whoever interrupts a benchmark leaves no process and no network namespace behind. */
export function cleanUpAtTheEnd(): void {
  for (const [signal, number] of [['SIGINT', 2], ['SIGTERM', 15], ['SIGHUP', 1]] as const)
    process.on(signal, () => process.exit(128 + number));
  process.on('exit', () => {
    for (const child of children) child.kill('SIGKILL');
    // test/harness/kernel/namespace.ts names them so.
    const names = spawnSync('ip', ['netns', 'list']).stdout?.toString() ?? '';
    for (const [name] of names.matchAll(new RegExp(`^connwatch-${process.pid}-\\d+`, 'gm'))) spawnSync('ip', ['netns', 'delete', name]);
  });
}

/** A child that must not outlive us. */
export function watched<T extends ChildProcess>(child: T): T {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
