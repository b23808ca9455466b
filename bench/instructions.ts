import { fetchKernel, KERNELS } from '../scripts/lib/vm-kernels.mjs';
import { instructionsPerConnection } from '../scripts/lib/vm-icount.mjs';
import { whyNoVm } from '../scripts/lib/vm-boot.mjs';
import type { Context } from './benchmarks.ts';
import { type Load, LOADS } from './lib/load.ts';
import type { Result, Row } from './rows.ts';
import { paired, ratio, spread } from './statistics.ts';

/** Kernels that users have, of those that there are packages of. */
const ON = ['6.12', '6.1'];

/** The kernel side alone, and with the agent reading. */
const GOALS: Record<Load, number> = { accepted: 1.025, refused: 1.02 };
const GOAL_WITH_AGENT = 1.05;

export { whyNoVm as refusal };

/** What a connection costs in instructions of a whole virtual machine: a number that no other work of this host changes. */
export async function instructions({ quick, say }: Context): Promise<Result> {
  const size = quick ? { rounds: 1, count: 500 } : { rounds: 6, count: 5000 };
  const rows: Row[] = [];
  const notes: string[] = [];
  for (const kernel of KERNELS.filter(({ name }) => ON.includes(name))) {
    try {
      const fetched = await fetchKernel(kernel);
      say(`${fetched.release}, ${size.rounds} rounds`);
      const found = await instructionsPerConnection(fetched, size);
      for (const load of Object.keys(LOADS) as Load[]) rows.push(...rowsOf(kernel.name, load, found));
    } catch (error) {
      notes.push(`Linux ${kernel.name} was left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  notes.push(`One measurement is ${size.count} connections of one thread on one processor.`);
  return { rows, notes };
}

type Found = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

function rowsOf(kernel: string, load: Load, found: Found): Row[] {
  const title = `${kernel}, ${LOADS[load].title}`;
  const of = (variant: string) => found[variant]?.[load] ?? [];
  const against = (variant: string) => paired(of(variant), of('off'), ratio);
  return [
    { what: `${title}: instructions, nothing attached`, value: spread(of('off')), unit: 'instructions' },
    { what: `${title}: with an empty program`, value: against('empty'), unit: 'ratio' },
    { what: `${title}: with the kernel side alone`, value: against('kernel'), unit: 'ratio', atMost: GOALS[load] },
    { what: `${title}: with the agent`, value: against('agent'), unit: 'ratio', atMost: GOAL_WITH_AGENT },
  ];
}
