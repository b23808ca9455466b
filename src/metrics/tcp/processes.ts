import type { HrTime } from '@opentelemetry/api';
import { PROCESS_FLAG, type ProcessCounts, type ProcessInfo } from '../../ebpf/types.ts';
import { identify } from '../../identity/index.ts';
import type { Shapes } from '../attributes/shapes.ts';
import { type Limit, type Series, SeriesTable, type Wanted } from '../series/series.ts';

/** A process from its first connect until it is gone from the page. */
interface Process {
  readonly number: number;
  readonly pid: number;
  readonly startTime: bigint;
  readonly cgroup: string;
  comm: string;
  ended: number;
  pending: number;
  /** Connects since it was first seen: the most that ended + pending has been. */
  connects: number;
  series: Series | undefined;
  /** Its comm when it got its series. */
  named: string;
  /** Window in which its last thread ended. */
  exited: number | undefined;
}

export interface Keep {
  /** Windows after which an exited process goes although it was never collected. */
  readonly atMost: number;
  /** One bit for each reader. */
  readonly readers: number;
}

const WINDOWS_AFTER_EXIT = 2;

/**
 * The family `tcp.connects_by_pid`. The addon tells as many processes apart as there
 * may be series; what it tells of the others is in the overflow series.
 */
export class Processes {
  readonly table: SeriesTable;
  /** Connects that no process is known for. */
  unowned = 0;
  #overflow: Series | undefined;
  /** The newest process of each pid: those that run, and those that have exited but are still on the page. */
  readonly #byPid = new Map<number, Process>();
  /** By the addon's numbers. It gives the number of an exited process to another one before the page is done with the first. */
  readonly #byNumber = new Map<number, Process>();
  /** How many processes have a series: several, if the pid is not one of its attributes. */
  readonly #holders = new Map<Series, number>();
  readonly #shapes: Shapes;
  #othersPending = 0;

  constructor(limit: Limit, shapes: Shapes) {
    this.table = new SeriesTable(limit);
    this.#shapes = shapes;
  }

  begin(): void {
    this.#othersPending = 0;
    for (const process of this.#byPid.values()) process.pending = 0;
  }

  /** @param info what a number stands for; asked for when it is new or has changed */
  add(counts: ProcessCounts, info: (number: number) => ProcessInfo | undefined, window: number): void {
    this.unowned += counts.othersEnded;
    this.#othersPending += counts.othersPending;
    for (let row = 0; row < counts.rows; row++) {
      const [ended, pending, flags] = [counts.ended[row]!, counts.pending[row]!, counts.flags[row]!];
      const number = counts.process[row]!;
      const process = (flags & PROCESS_FLAG.fresh) === 0 ? this.#byNumber.get(number) : this.#renew(number, info(number), window);
      if (process === undefined) {
        this.unowned += ended;
        this.#othersPending += pending;
        continue;
      }
      process.ended += ended;
      process.pending += pending;
      if ((flags & PROCESS_FLAG.exited) !== 0) exit(process, window);
    }
  }

  commit(born: HrTime, window: number, keep: Keep): void {
    let over = this.#othersPending;
    this.table.zero();
    for (const process of this.#byPid.values()) {
      process.connects = Math.max(process.connects, process.ended + process.pending);
      if (this.#isOver(process, window, keep)) this.#drop(process);
      else if (!this.#show(process, born)) over += process.connects;
    }
    over += this.unowned;
    if (over > 0) this.#overflow = this.table.overflow(born);
    if (this.#overflow !== undefined) this.#overflow.value = over;
  }

  /** @returns whether it has a series of its own or needs none */
  #show(process: Process, born: HrTime): boolean {
    if (process.connects === 0) return true;
    if (process.series === undefined || process.named !== process.comm) {
      this.#release(process);
      const series = this.table.acquire(this.#wanted(process), born);
      if (this.table.isOverflow(series)) return false;
      process.series = series;
      process.named = process.comm;
      this.#holders.set(series, (this.#holders.get(series) ?? 0) + 1);
    }
    process.series.value += process.connects;
    return true;
  }

  #wanted({ pid, comm, cgroup }: Process): Wanted {
    const keeps = (name: string) => this.#shapes.keeps('tcp.connects_by_pid', name);
    const attributes = { ...(keeps('pid') && { pid }), ...(keeps('comm') && { comm }) };
    return { id: identify(attributes), owner: cgroup, attributes: () => attributes };
  }

  #release(process: Process): void {
    const { series } = process;
    if (series === undefined) return;
    process.series = undefined;
    const holders = this.#holders.get(series)! - 1;
    this.#holders.set(series, holders);
    if (holders > 0) return;
    this.#holders.delete(series);
    this.table.retire(series);
  }

  /** Kept until every reader had it once and two more windows are complete, and `atMost` windows whatever happens. */
  #isOver(process: Process, window: number, keep: Keep): boolean {
    if (process.exited === undefined) return false;
    const windows = window - process.exited;
    if (windows >= keep.atMost) return true;
    if (windows < WINDOWS_AFTER_EXIT) return false;
    return process.series === undefined || (process.series.seen & keep.readers) === keep.readers;
  }

  /** The process that a number stands for from now on. Another one with its pid is gone. */
  #renew(number: number, info: ProcessInfo | undefined, window: number): Process | undefined {
    if (info === undefined) return undefined;
    const known = this.#byNumber.get(number);
    if (known?.startTime === info.startTime && known.pid === info.pid) {
      known.comm = info.comm;
      return known;
    }
    if (known !== undefined) exit(known, window);
    const before = this.#byPid.get(info.pid);
    if (before !== undefined) this.#drop(before);
    const process: Process = { ...info, number, ended: 0, pending: 0, connects: 0, series: undefined, named: info.comm, exited: undefined };
    this.#byPid.set(info.pid, process);
    this.#byNumber.set(number, process);
    return process;
  }

  /** What had no series of its own stays in the overflow series. */
  #drop(process: Process): void {
    if (process.series !== undefined) this.#release(process);
    else this.unowned += Math.max(process.connects, process.ended + process.pending);
    this.#byPid.delete(process.pid);
    if (this.#byNumber.get(process.number) === process) this.#byNumber.delete(process.number);
  }
}

/** To be collected once more, with its last connects. */
function exit(process: Process, window: number): void {
  if (process.exited !== undefined) return;
  process.exited = window;
  if (process.series !== undefined) process.series.seen = 0;
}
