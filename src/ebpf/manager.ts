import { type Observable, Subject } from 'rxjs';
import { ConnwatchError } from '../internal/errors.ts';
import { loadBinding } from './binding.ts';
import { EXPONENTIAL, HANDSHAKE_BOUNDS, LIFE_BOUNDS, exponentialBounds as exponentialBoundsOf } from '../words/columns.ts';
import { defaultConfig } from './config.ts';
import type { Config } from './config.ts';
import { CgroupTable } from './keys/cgroups.ts';
import { Keys } from './keys/keys.ts';
import { EVENT_SIZE, EVENT_WORDS } from './layout.ts';
import { climb, type Refused } from './loading/rungs.ts';
import { loadError } from './loading/load-error.ts';
import { type Rung, rungOf } from '../words/rungs.ts';
import { Pump } from './pump.ts';
import { DRAINED, type Session } from './session.ts';
import { drainStats } from './stats.ts';
import type { Batch, Cut, DrainStats, Key, NetworkNamespace, ProcessInfo } from './types.ts';

/** Bytes of the ring for one connection record, with the kernel's header. */
const SLOT = EVENT_SIZE + 8;
/** The ring size for which `patience` holds in full. */
const WHOLE_RING = 8 << 20;

/** Owns the addon: loads and attaches the BPF programs, drains their ring buffer, and releases everything on `close()`. */
export class Manager implements AsyncDisposable {
  /** Emits each drained batch, from `start()` to `close()`. Hot: subscribe before starting. */
  readonly batches: Observable<Batch>;
  readonly #config: Config;
  readonly #subject = new Subject<Batch>();
  readonly #cgroups = new CgroupTable();
  #keys: Keys | undefined;
  #refused: readonly Refused[] = [];
  #session: Session | undefined;
  #pump: Pump | undefined;
  #lag = 0;
  #awaitsCut = false;
  #keepsSockets = false;
  #failures = 0;
  #leftOut = 0;
  #untapped = 0;
  #bytes = new Uint8Array(0);
  #words = new Uint32Array(0);
  #ids = new Uint32Array(0);

  constructor(config: Partial<Config> = {}) {
    this.#config = { ...defaultConfig(), ...config };
    this.batches = this.#subject.asObservable();
  }

  /**
   * Loads and attaches the programs. From then on every connection is observed.
   * @throws ConnwatchError CW_ADDON, CW_LAYOUT, CW_BPF_OPEN, CW_PERMISSION, CW_BPF_LOAD, CW_BPF_ATTACH, and leaves nothing open
   */
  start(): void {
    if (this.#session) return;
    const { attach, objectPath, ringSize, connSlots, batchSize, coalesce, patience, seriesLimit, syncFailures, immediate, clientRanges, exponential } = this.#config;
    try {
      const { Session } = loadBinding();
      const bounds = { handshake: HANDSHAKE_BOUNDS, life: LIFE_BOUNDS };
      const exponentialBounds = exponential ? { handshake: exponentialBoundsOf(EXPONENTIAL.handshake), life: exponentialBoundsOf(EXPONENTIAL.life) } : undefined;
      const config = { ringSize, connSlots, batchSize, seriesLimit, syncFailures, immediate, clientRanges, bounds, exponentialBounds };
      const { opened, refused } = climb(attach, objectPath, (path) => new Session({ ...config, path }, () => this.#onBell()));
      this.#session = opened;
      this.#refused = refused;
    } catch (error) {
      throw loadError(error);
    }
    this.#session.setFailures(this.#failures);
    this.#keys = new Keys(this.#session, this.#cgroups);
    this.#bytes = new Uint8Array(this.#session.events);
    this.#words = new Uint32Array(this.#session.events);
    this.#ids = new Uint32Array(this.#session.keys);
    const pace = { coalesce, patience: this.#patience(patience), room: ringSize / SLOT / 8 };
    this.#pump = new Pump({ drain: () => this.#drain(), arm: () => this.#session?.arm() ?? true }, pace);
    this.#run();
  }

  /**
   * Requests a cut. A batch with `cut` set follows: at once, or as soon as the scan of open sockets has finished and
   * every record before the cut has been written.
   */
  requestCut(): void {
    this.#open().requestCut();
    this.#awaitsCut = true;
    this.#run();
  }

  /** What a key number stands for. Makes a new object at each call. */
  get(id: number): Key | undefined {
    return this.#keys?.get(id);
  }

  /** Only the part of a key that every row of a window needs. */
  side(id: number): Pick<Key, 'role' | 'netns'> | undefined {
    return this.#keys?.side(id);
  }

  /** @param number of `Cut.processes` */
  process(number: number): ProcessInfo | undefined {
    return this.#keys?.process(number);
  }

  /** The process of a record: its owner's two words. */
  owner(low: number, high: number): ProcessInfo | undefined {
    return this.#keys?.owner(low, high);
  }

  release(ids: Iterable<number>): void {
    this.#session?.release(Uint32Array.from(ids));
  }

  /** Sets Config.seriesLimit. Keys above a lower limit stay. */
  setSeriesLimit(limit: number): void {
    this.#session?.setSeriesLimit(limit);
  }

  /** How many failed connects have a record in one batch if `Config.immediate` is false; none at first. More are told by `Batch.leftOut`. */
  setFailures(most: number): void {
    this.#failures = Math.min(Math.max(0, Math.ceil(most)), 2 ** 31);
    this.#session?.setFailures(this.#failures);
  }

  /** From now on instead of `Config.patience`. */
  setPatience(ms: number): void {
    this.#pump?.setPatience(this.#patience(ms));
  }

  /**
   * A tap, for a `Config.immediate` of false: from now on batches contain connects, accepts and closes, at most `most` of them each
   * (`Batch.untapped` counts the others). With `immediate` each success and each accept has a record when it happens; this
   * costs the watched programs more. 0 ends it.
   */
  setTap(most: number, immediate: boolean): void {
    this.#session?.setTap(most, immediate && most > 0);
  }

  /** The next cut has its live sockets one by one (`Cut.sockets`). */
  keepSockets(): void {
    this.#keepsSockets = true;
    this.#session?.keepSockets();
  }

  /** The way in which the programs are attached, and better ones that the kernel refused. @throws as stats */
  attached(): { readonly rung: Rung | undefined; readonly refused: readonly Refused[] } {
    return { rung: rungOf(this.stats().probes), refused: this.#refused };
  }

  /** @throws ConnwatchError CW_BPF_LOAD before start and after close */
  stats(): DrainStats {
    return drainStats(this.#open().stats(), this.#lag);
  }

  /** Detaches and frees everything. Idempotent; safe in a subscriber's callback. */
  close(): Promise<void> {
    this.#pump?.stop();
    this.#session?.close();
    this.#session = undefined;
    this.#keys = undefined;
    this.#subject.complete();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #patience(ms: number): number {
    return Math.floor(ms * Math.min(1, this.#config.ringSize / WHOLE_RING));
  }

  #open(): Session {
    if (this.#session) return this.#session;
    throw new ConnwatchError('The BPF programs are not loaded.', { code: 'CW_BPF_LOAD', hint: 'Call start() first.' });
  }

  #onBell(): void {
    // The scan of a requested cut may have finished. Drain now, without waiting for more records.
    if (this.#awaitsCut) this.#run();
    else this.#guarded(() => this.#pump?.ring());
  }

  #run(): void {
    this.#guarded(() => this.#pump?.run());
  }

  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#config.onError(error);
    }
  }

  #drain(): { count: number; more: boolean } {
    const session = this.#open();
    session.drain();
    const { drained } = session;
    const [count, length] = [drained[DRAINED.count]!, drained[DRAINED.records]!];
    const [cut, processes] = [drained[DRAINED.cut] === 1, drained[DRAINED.processes]!];
    if (count > 0) this.#lag = drained[DRAINED.lag]!;
    if (drained[DRAINED.cgroups]! > 0) for (const cgroup of session.cgroups()) this.#config.onCgroup(this.#cgroups.add(cgroup));
    if (cut) this.#awaitsCut = false;
    this.#leftOut += drained[DRAINED.leftOut]!;
    this.#untapped += drained[DRAINED.untapped]!;
    if (length > 0 || cut) {
      const [leftOut, untapped] = [this.#leftOut, this.#untapped];
      this.#leftOut = this.#untapped = 0;
      this.#subject.next({
        length,
        leftOut,
        untapped,
        bytes: this.#bytes.subarray(0, length * EVENT_SIZE),
        words: this.#words.subarray(0, length * EVENT_WORDS),
        keys: this.#ids.subarray(0, length),
        cut: cut ? this.#cut(session) : undefined,
      });
    }
    return { count: count + processes, more: drained[DRAINED.more] === 1 };
  }

  #cut(session: Session): Cut {
    const native = session.stats();
    const [live, listeners] = [session.live(), session.listeners()];
    const folded = session.folded();
    const counts = session.counts();
    this.#cgroups.trim(() => new Set(Array.from(session.cgroupsInUse(), String)));
    const namespaces = namespacesOf(session.namespaces());
    const [processes, gone] = [session.processes(), session.gone()];
    const sockets = this.#keepsSockets ? { sockets: session.sockets() } : {};
    this.#keepsSockets = false;
    return { counts, live, listeners, folded, namespaces, stats: drainStats(native, this.#lag), processes, gone, ...sockets };
  }
}

function namespacesOf(numbers: Uint32Array): Map<number, NetworkNamespace> {
  const map = new Map<number, NetworkNamespace>();
  for (let i = 0; i < numbers.length; i += 3) map.set(numbers[i]!, { inode: numbers[i + 1]!, pid: numbers[i + 2]! });
  return map;
}
