import type { Context } from './benchmark.ts';
import { attach, type Variant } from './lib/attach.ts';
import { type Load, LOADS, make } from './lib/load.ts';
import type { Result, Row } from './rows.ts';
import { paired, ratio, spread } from './statistics.ts';

const ALL_LOADS = Object.keys(LOADS) as Load[];
const VARIANTS: readonly Variant[] = ['off', 'empty', 'kernel', 'agent'];
const GOALS: Record<Load, Partial<Record<Variant, number>>> = {
  accepted: { kernel: 1.055, agent: 1.08 },
  refused: { kernel: 1.045, agent: 1.06 },
};
const TITLES: Record<Variant, string> = {
  off: 'nothing attached',
  empty: 'an empty program',
  kernel: "the agent's programs alone",
  agent: 'the agent',
};

/** Time that passes for a connection, whoever needs it: where a clock counts instructions, those of the whole machine. */
export async function machine({ quick, say }: Context): Promise<Result> {
  // Of an agent that stands still the ring has room for no more.
  const [rounds, count, warmUp] = quick ? [3, 2000, 2000] : [3, 15_000, 20_000];
  const times = Object.fromEntries(ALL_LOADS.map((load) => [load, { off: [], empty: [], kernel: [], agent: [] }])) as unknown as Record<Load, Record<Variant, number[]>>;
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    for (const variant of VARIANTS) {
      await using _attached = await attach(variant);
      // By then V8 has compiled what runs often, which needs as much as some thousands of connections.
      if (variant === 'agent') for (const load of ALL_LOADS) await make(load, warmUp);
      for (const load of ALL_LOADS) {
        await make(load, count / 10);
        times[load][variant].push(((await make(load, count)).wall_seconds * 1e9) / count);
      }
    }
  }
  const notes = ['On a machine with several processors, or with anything else to do, these are times that wander; where the clock counts instructions they are exact.'];
  return { rows: ALL_LOADS.flatMap((load) => rowsOf(load, times[load])), notes };
}

function rowsOf(load: Load, times: Readonly<Record<Variant, readonly number[]>>): Row[] {
  const { title } = LOADS[load];
  return VARIANTS.map((variant): Row => {
    const what = `${title}: ${TITLES[variant]}`;
    if (variant === 'off') return { what, value: spread(times.off), unit: 'ns' };
    const goal = GOALS[load][variant];
    return { what, value: paired(times[variant], times.off, ratio), unit: 'ratio', ...(goal !== undefined && { atMost: goal }) };
  });
}
