import type { HrTime } from '@opentelemetry/api';
import type { ProcessInfo } from '../../ebpf/types.ts';
import type { Account } from '../series/account.ts';
import { type Limit, type Series, SeriesTable } from '../series/series.ts';

/** A process from its first record until it is gone from the page. */
export interface Process {
  readonly pid: number;
  readonly startTime: bigint;
  readonly cgroup: string;
  /** Its newest program image. */
  owner: bigint;
  comm: string;
  /** Where it counts: what it keeps from being retired. */
  readonly accounts: Set<Account>;
  ended: number;
  pending: number;
  /** Connects since it was first seen: the most that ended + pending has been. */
  connects: number;
  series: Series | undefined;
  /** Window in which its last thread ended. */
  exited: number | undefined;
  /** Another process has its pid, or it was kept long enough: what still comes is not shown. */
  gone: boolean;
}

export interface Keep {
  /** Windows after which an exited process goes although it was never collected. */
  readonly atMost: number;
  /** One bit for each reader. */
  readonly readers: number;
}

const WINDOWS_AFTER_EXIT = 2;

/** The processes behind the sockets, and the family `tcp.connects_by_pid`. */
export class Processes {
  readonly table: SeriesTable;
  /** Connects that no process is known for. */
  unowned = 0;
  #overflow: Series | undefined;
  readonly #byPid = new Map<number, Process>();
  readonly #byOwner = new Map<string, Process>();
  // A process's last records can come with or after its exit.
  #exits = new Set<string>();
  #exitsBefore = new Set<string>();

  constructor(limit: Limit) {
    this.table = new SeriesTable(limit);
  }

  /** The process of a record's owner. Older than the one that has its pid now: undefined. */
  of(info: ProcessInfo, window: number): Process | undefined {
    const known = this.#byPid.get(info.pid);
    if (known !== undefined && known.startTime === info.startTime) {
      this.#renew(known, info);
      return known;
    }
    if (known !== undefined && known.startTime > info.startTime) return undefined;
    if (known !== undefined) this.#drop(known);
    const process = newProcess(info);
    if (this.#exits.has(info.owner) || this.#exitsBefore.has(info.owner)) process.exited = window;
    this.#byPid.set(info.pid, process);
    this.#byOwner.set(info.owner, process);
    return process;
  }

  /** Ties a process to an account that it counts in. */
  use(process: Process, account: Account): void {
    if (process.exited !== undefined || process.gone || process.accounts.has(account)) return;
    process.accounts.add(account);
    account.users += 1;
  }

  begin(): void {
    for (const process of this.#byPid.values()) process.pending = 0;
  }

  exit(owners: readonly string[], window: number): void {
    this.#exitsBefore = this.#exits;
    this.#exits = new Set(owners);
    for (const owner of owners) {
      const process = this.#byOwner.get(owner);
      if (process === undefined || process.exited !== undefined) continue;
      process.exited = window;
      if (process.series !== undefined) process.series.seen = 0;
      unlink(process);
    }
  }

  commit(born: HrTime, window: number, keep: Keep): void {
    let over = this.unowned;
    for (const process of this.#byPid.values()) {
      process.connects = Math.max(process.connects, process.ended + process.pending);
      if (this.#isOver(process, window, keep)) this.#drop(process);
      else if (!this.#show(process, born)) over += process.connects;
    }
    if (over > 0) this.#overflow = this.table.overflow(born);
    if (this.#overflow !== undefined) this.#overflow.value = over;
  }

  /** @returns whether it has a series of its own or needs none */
  #show(process: Process, born: HrTime): boolean {
    if (process.connects === 0) return true;
    const { pid, comm } = process;
    if (process.series !== undefined && process.series.attributes['comm'] !== comm) {
      this.table.retire(process.series);
      process.series = undefined;
    }
    if (process.series === undefined) {
      const wanted = { id: String(pid), owner: process.cgroup, attributes: () => ({ pid, comm }) };
      const series = this.table.acquire(wanted, born);
      if (this.table.isOverflow(series)) return false;
      process.series = series;
    }
    process.series.value = process.connects;
    return true;
  }

  /** Kept until every reader had it once and two more windows are complete, and `atMost` windows whatever happens. */
  #isOver(process: Process, window: number, keep: Keep): boolean {
    if (process.exited === undefined) return false;
    const windows = window - process.exited;
    if (windows >= keep.atMost) return true;
    if (windows < WINDOWS_AFTER_EXIT) return false;
    return process.series === undefined || (process.series.seen & keep.readers) === keep.readers;
  }

  #renew(process: Process, info: ProcessInfo): void {
    const owner = BigInt(info.owner);
    // The low half grows with every program image, so a greater number is a newer one.
    if (owner <= process.owner) return;
    this.#byOwner.delete(String(process.owner));
    process.owner = owner;
    process.comm = info.comm;
    this.#byOwner.set(info.owner, process);
  }

  #drop(process: Process): void {
    process.gone = true;
    unlink(process);
    if (process.series !== undefined) this.table.retire(process.series);
    this.#byOwner.delete(String(process.owner));
    if (this.#byPid.get(process.pid) === process) this.#byPid.delete(process.pid);
  }
}

function newProcess(info: ProcessInfo): Process {
  return {
    pid: info.pid,
    startTime: info.startTime,
    cgroup: String(info.cgroup),
    owner: BigInt(info.owner),
    comm: info.comm,
    accounts: new Set(),
    ended: 0,
    pending: 0,
    connects: 0,
    series: undefined,
    exited: undefined,
    gone: false,
  };
}

function unlink(process: Process): void {
  for (const account of process.accounts) account.users -= 1;
  process.accounts.clear();
}
