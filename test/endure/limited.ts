import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

type Controller = 'memory' | 'cpu';

interface Mounts {
  /** Of the v1 hierarchy with this controller. */
  readonly v1: Partial<Record<Controller, string>>;
  readonly v2: string | undefined;
}

/** Where the hierarchies are, by /proc/self/mountinfo (proc_pid_mountinfo(5)). */
function mounts(): Mounts {
  const v1: Partial<Record<Controller, string>> = {};
  let v2: string | undefined;
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const fields = line.split(' ');
    const [type, , options = ''] = fields.slice(fields.indexOf('-', 6) + 1);
    if (type === 'cgroup2') v2 ??= fields[4]!;
    if (type === 'cgroup') for (const name of ['memory', 'cpu'] as const) if (options.split(',').includes(name)) v1[name] ??= fields[4]!;
  }
  return { v1, v2 };
}

/** Why a process can't be limited here; undefined where it can. */
export function whyNoLimit(controller: Controller): string | undefined {
  const { v1, v2 } = mounts();
  if (v1[controller] !== undefined) return undefined;
  const enabled = v2 !== undefined && readFileSync(join(v2, 'cgroup.controllers'), 'utf8').split(/\s/).includes(controller);
  return enabled ? undefined : `this host mounts no cgroup hierarchy with the controller ${controller}`;
}

let made = 0;

/** A cgroup with one limit, in v1 or v2, whichever the host has. To be disposed of, when nobody is in it. */
export class Limited implements AsyncDisposable {
  readonly #folder: string;
  readonly #v1: boolean;

  private constructor(controller: Controller) {
    const { v1, v2 } = mounts();
    this.#v1 = v1[controller] !== undefined;
    const root = v1[controller] ?? v2!;
    // A v2 controller works below a cgroup that hands it on.
    if (!this.#v1) writeFileSync(join(root, 'cgroup.subtree_control'), `+${controller}`);
    this.#folder = join(root, `connwatch-endure-${process.pid}-${made++}`);
    mkdirSync(this.#folder);
  }

  static memory(bytes: number): Limited {
    const limited = new Limited('memory');
    limited.#write(limited.#v1 ? 'memory.limit_in_bytes' : 'memory.max', `${bytes}`);
    return limited;
  }

  /** @param share of one core, 0.05 is 50m */
  static cpu(share: number): Limited {
    const limited = new Limited('cpu');
    const [quota, period] = [Math.round(share * 100_000), 100_000];
    if (limited.#v1) {
      limited.#write('cpu.cfs_period_us', `${period}`);
      limited.#write('cpu.cfs_quota_us', `${quota}`);
    } else limited.#write('cpu.max', `${quota} ${period}`);
    return limited;
  }

  /** The command, run inside. */
  command(...command: string[]): string[] {
    return ['sh', '-c', 'echo $$ > "$0" && exec "$@"', join(this.#folder, 'cgroup.procs'), ...command];
  }

  /** Moves a process here, with all its threads. */
  take(pid: number): void {
    this.#write('cgroup.procs', `${pid}`);
  }

  /** The most memory that was in use, MB of 10^6 bytes. */
  mostMemory(): number {
    return Number(this.#read(this.#v1 ? 'memory.max_usage_in_bytes' : 'memory.peak')) / 1e6;
  }

  /** How often the kernel ended a process here because it was over the limit. */
  killed(): number {
    const text = this.#read(this.#v1 ? 'memory.oom_control' : 'memory.events');
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
  }

  /** Periods of 100 ms, and those of them in which the processes were held back. */
  throttled(): { readonly periods: number; readonly held: number } {
    const text = this.#read('cpu.stat');
    const number = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
    return { periods: number('nr_periods'), held: number('nr_throttled') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A process that has just ended leaves it a moment later.
    for (let tries = 0; existsSync(this.#folder); tries++) {
      try {
        rmdirSync(this.#folder);
      } catch (error) {
        if (tries === 50) throw error;
        await delay(100);
      }
    }
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text);
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8');
  }
}
