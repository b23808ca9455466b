import { setTimeout as delay } from 'node:timers/promises';
import { bpfHeldBy } from '../../test/harness/kernel/bpf.ts';
import { type Attached, Tool } from './tools.ts';

const TRACEPOINT = 'inet_sock_set_state';
const PATIENCE_MS = 30_000;
const TRIES = 4;

/** How long our programs ran, while it is asked to measure that. */
export type RunTimes = Readonly<Record<'connwatch' | 'empty', { readonly ns: number; readonly hits: number }>>;

/**
 * Watches who else hangs on the tracepoint: another agent on this machine
 * would make every connection dearer, with ours and without.
 */
export class Tracepoint implements AsyncDisposable {
  readonly #tool = new Tool('programs');
  /** Measurements that others took part in. */
  disturbed = 0;

  static async open(): Promise<Tracepoint> {
    const tracepoint = new Tracepoint();
    await tracepoint.#tool.line();
    return tracepoint;
  }

  /** Waits until nobody else is there, then measures; again when somebody came meanwhile. */
  async alone<T>(agent: number | undefined, measure: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const deadline = performance.now() + PATIENCE_MS;
      while ((await this.#others(agent)) > 0 && performance.now() < deadline) await delay(200);
      const result = await measure();
      if ((await this.#others(agent)) === 0) return result;
      if (tries === TRIES) {
        this.disturbed++;
        return result;
      }
    }
  }

  async #others(agent: number | undefined): Promise<number> {
    const ours = agent === undefined ? [] : bpfHeldBy(agent);
    const attached = (await this.#tool.ask()) as Attached[];
    return attached.filter(({ tracepoint, id, name }) => tracepoint === TRACEPOINT && name !== 'bench_empty' && !ours.includes(`prog ${id}`)).length;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#tool[Symbol.asyncDispose]();
  }
}

/** What the kernel has measured for the agent's programs, of which a hit may run several, and for the empty one. */
export function runTimes(attached: readonly Attached[], agent: number): RunTimes {
  const held = bpfHeldBy(agent);
  const here = attached.filter(({ tracepoint }) => tracepoint === TRACEPOINT);
  const ours = here.filter(({ id }) => held.includes(`prog ${id}`));
  const empty = here.find(({ name }) => name === 'bench_empty');
  if (ours.length === 0 || empty === undefined) throw new Error(`not attached to ${TRACEPOINT}: ${JSON.stringify(attached)}`);
  const connwatch = { ns: ours.reduce((sum, { ns }) => sum + ns, 0), hits: Math.max(...ours.map(({ hits }) => hits)) };
  return { connwatch, empty };
}
