import { existsSync } from 'node:fs';
import { printable } from '../../internal/escape.ts';
import type { NativeProcess } from '../binding.ts';
import type { ProcessInfo } from '../types.ts';

/** event.h: CW_OWNER_KERNEL. */
const KERNEL_OWNER = '1';
const KERNEL: ProcessInfo = {
  owner: KERNEL_OWNER,
  pid: 0,
  startTime: 0n,
  cgroup: 0n,
  comm: '[kernel]',
  executable: '[kernel]',
};
/** event.h: CW_OWNER_FOLDED. */
const FOLDED_OWNER = '2';
const FOLDED: ProcessInfo = { ...KERNEL, owner: FOLDED_OWNER, comm: '[folded]', executable: '[folded]' };
/** Cuts that a process outlives its exit: its last sockets are closed after it is told. */
const CUTS_KEPT = 2;

interface Entry {
  readonly info: ProcessInfo;
  references: number;
  /** Cuts since it exited; -1 while it lives. */
  age: number;
}

/**
 * Processes by owner number, from the kernel's records. An entry goes when its
 * process has exited and no key refers to it, so the table is bounded by the
 * processes that live and the keys.
 */
export class ProcessTable {
  readonly #byOwner = new Map<string, Entry>();
  readonly #byPid = new Map<number, Entry>();
  #exited: string[] = [];
  readonly #alive: (pid: number) => boolean;

  constructor(alive: (pid: number) => boolean = (pid) => existsSync(`/proc/${pid}`)) {
    this.#alive = alive;
  }

  get size(): number {
    return this.#byOwner.size;
  }

  /** Those that were told with each process. */
  *cgroups(): Iterable<string> {
    for (const { info } of this.#byOwner.values()) yield info.cgroup.toString();
  }

  add(native: NativeProcess): void {
    const owner = native.owner.toString();
    // Told twice when two of its threads found it untold at once.
    if (this.#byOwner.has(owner)) return;
    const info: ProcessInfo = {
      owner,
      pid: native.pid,
      startTime: native.startTime,
      cgroup: native.cgroup,
      comm: printable(native.comm),
      executable: printable(native.exe),
    };
    const entry: Entry = { info, references: 0, age: -1 };
    // The same pid under a new number: another program image or name, or another process.
    const before = this.#byPid.get(info.pid);
    if (before) this.#end(before);
    this.#byOwner.set(owner, entry);
    this.#byPid.set(info.pid, entry);
  }

  /** Takes a reference. undefined for an owner that the kernel could not tell, or whose record was lost. */
  take(owner: bigint): ProcessInfo | undefined {
    const name = owner.toString();
    if (name === KERNEL_OWNER) return KERNEL;
    if (name === FOLDED_OWNER) return FOLDED;
    const entry = this.#byOwner.get(name);
    if (entry) entry.references += 1;
    return entry?.info;
  }

  release(info: ProcessInfo | undefined): void {
    const entry = info && this.#byOwner.get(info.owner);
    if (entry) entry.references -= 1;
  }

  exit(owner: bigint): void {
    const entry = this.#byOwner.get(owner.toString());
    if (entry) this.#end(entry);
  }

  /** Exits whose records were lost: asked for only when the kernel counted such a loss. */
  sweep(): void {
    for (const entry of this.#byOwner.values()) if (!this.#alive(entry.info.pid)) this.#end(entry);
  }

  /** At a cut: the owners that have exited since the one before; forgets those long gone. */
  cut(): string[] {
    const exited = this.#exited;
    this.#exited = [];
    for (const [owner, entry] of this.#byOwner) {
      if (entry.age < 0) continue;
      if (entry.age >= CUTS_KEPT && entry.references === 0) this.#byOwner.delete(owner);
      entry.age += 1;
    }
    return exited;
  }

  #end(entry: Entry): void {
    if (entry.age >= 0) return;
    entry.age = 0;
    this.#exited.push(entry.info.owner);
    if (this.#byPid.get(entry.info.pid) === entry) this.#byPid.delete(entry.info.pid);
  }
}
