import { at } from '../../test/harness/host.ts';
import { Namespace } from '../../test/harness/kernel/namespace.ts';
import { must } from '../../test/harness/run.ts';
import type { Truth } from '../../test/harness/traffic.ts';

/** One thread makes all of these connections, and nobody sleeps: what is left is their price. */
export const LOADS = {
  accepted: { title: 'connect + accept + close', args: ['turns', '--port', '0'] },
  refused: { title: 'refused connect', args: ['plain', '--port', '7'] },
} as const;
export type Load = keyof typeof LOADS;

/** Makes connections in a network namespace of their own, which knows nothing of those before. */
export const make = (load: Load, count: number): Promise<Truth> => makeBy(LOADS[load].args, count);

/** The same by any arguments of conngen. */
export async function makeBy(args: readonly string[], count: number): Promise<Truth> {
  await using namespace = await Namespace.create();
  const command = [at('build', 'test-tools', 'conngen'), ...args, '--count', `${count}`];
  return JSON.parse(await must(namespace.command(...command))) as Truth;
}
