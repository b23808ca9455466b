import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A tree of cgroups: v2, or that of a v1 controller by which connwatch tells containers apart. */
export type Hierarchy = 'v2' | 'memory' | 'pids';
const HIERARCHIES: readonly Hierarchy[] = ['v2', 'memory', 'pids'];

/** Where each one is mounted, by /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export function mountsOf(mountinfo: string): Partial<Record<Hierarchy, string>> & { all: string[] } {
  const mounts: ReturnType<typeof mountsOf> = { all: [] };
  for (const line of mountinfo.split('\n')) {
    const fields = line.split(' ');
    const [type = '', , options = ''] = fields.slice(fields.indexOf('-', 6) + 1);
    if (!type.startsWith('cgroup')) continue;
    mounts.all.push(fields[4]!);
    if (type === 'cgroup2') mounts.v2 ??= fields[4]!;
    for (const controller of ['memory', 'pids'] as const) if (options.split(',').includes(controller)) mounts[controller] ??= fields[4]!;
  }
  return mounts;
}

const mounts = mountsOf(readFileSync('/proc/self/mountinfo', 'utf8'));

/**
 * Those that this host has, v2 first. What it has not no process here can be
 * in, so nothing is left out that could be tested; it is said all the same.
 */
export function hierarchies(): [Hierarchy, ...Hierarchy[]] {
  const here = HIERARCHIES.filter((it) => mounts[it] !== undefined);
  const missing = HIERARCHIES.filter((it) => mounts[it] === undefined);
  if (missing.length > 0) process.stderr.write(`cgroups: not mounted on this host, so not tested: ${missing.join(', ')}\n`);
  const [first, ...more] = here;
  // Where nothing is mounted, making a cgroup says so.
  return [first ?? 'v2', ...more];
}

/** Enters the cgroup of each file before `--`, then runs what is behind it. The files are in printf's escapes, since arguments are text here. */
const ENTER = 'while [ "$1" != -- ]; do echo $$ > "$(printf %b "$1")" || exit 125; shift; done; shift; exec "$@"';
const escaped = (path: string): string => path.replace(/[^\w/.:@-]/g, (it) => `\\0${it.charCodeAt(0).toString(8).padStart(3, '0')}`);

/** A cgroup of the host's, with what is above it. To be disposed of. */
export class Cgroup implements Disposable {
  readonly path: string;
  readonly #folder: string;
  /** What was made, the innermost first. */
  readonly #made: string[] = [];
  readonly #enter: readonly string[];

  /** @param path in its hierarchy; the last name may be bytes, as one character each */
  constructor(hierarchy: Hierarchy, path: string) {
    const mount = mounts[hierarchy];
    if (mount === undefined) throw new Error(`cgroup ${hierarchy} is not mounted here`);
    this.path = path;
    this.#folder = join(mount, path);
    for (let folder = this.#folder; !existsSync(bytes(folder)); folder = dirname(folder)) this.#made.push(folder);
    mkdirSync(bytes(this.#folder), { recursive: true });
    // In every other hierarchy at the root, whatever cgroup the tests themselves are in.
    this.#enter = HIERARCHIES.filter((it) => mounts[it] !== undefined).map((it) => (it === hierarchy ? this.procs : join(mounts[it]!, 'cgroup.procs')));
  }

  /** The file to which a process writes its pid to move here. */
  get procs(): string {
    return join(this.#folder, 'cgroup.procs');
  }

  /** The command, run inside. */
  command(...command: string[]): string[] {
    return ['sh', '-c', ENTER, 'enter', ...this.#enter.map(escaped), '--', ...command];
  }

  /** The same, and in the other hierarchies where it is already. */
  also(...command: string[]): string[] {
    return ['sh', '-c', ENTER, 'enter', escaped(this.procs), '--', ...command];
  }

  /** Removes it, and what was made above it unless somebody else uses that. Nobody may be in it. Idempotent. */
  remove(): void {
    for (const folder of this.#made) {
      try {
        rmdirSync(bytes(folder));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') continue;
        if (folder !== this.#folder && (code === 'EBUSY' || code === 'ENOTEMPTY')) return;
        throw error;
      }
    }
  }

  [Symbol.dispose](): void {
    this.remove();
  }
}

const bytes = (path: string): Buffer => Buffer.from(path, 'latin1');
