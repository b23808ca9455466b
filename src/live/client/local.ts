import { Subject, type Subscription } from 'rxjs';
import { Manager } from '../../ebpf/manager.ts';
import type { Config } from '../../ebpf/config.ts';
import type { Snapshot } from '../../stream/snapshot.ts';
import { windows } from '../../stream/window.ts';
import { KernelSource } from '../kernel-source.ts';
import { namedWorkloads } from '../model/named.ts';
import { Recent, type RecentMessage } from '../recent/recent.ts';
import type { SocketsMessage } from '../sockets/sockets.ts';
import type { SocketsEnd, Stream, WindowEnd, WindowMessage } from '../source.ts';
import type { TraceEnd, TraceMessage } from '../trace/event.ts';
import type { TraceFilter } from '../trace/filter.ts';
import type { ClientSource, Watching } from './source.ts';

export interface LocalOptions extends Partial<Pick<Config, 'attach' | 'objectPath' | 'ringSize' | 'syncFailures' | 'seriesLimit'>> {
  /** Length of a window, milliseconds. @default 1000 */
  readonly interval?: number;
}

/** A line may come this late. */
const PATIENCE_MS = 20;

/** The programs, loaded by the command itself for as long as it runs. */
export class LocalSource implements ClientSource {
  readonly origin = 'programs that this command has loaded';
  readonly hasPast = false;
  readonly #manager: Manager;
  readonly #source: KernelSource;
  readonly #windows: Subscription;
  #fail!: (error: unknown) => void;
  readonly #failed = new Promise<never>((_, reject) => (this.#fail = reject));

  /** Loads and attaches. @throws ConnwatchError: as ebpf.Manager.start */
  constructor({ interval = 1000, ...config }: LocalOptions) {
    this.#failed.catch(() => {});
    this.#manager = new Manager({ ...config, immediate: false, patience: PATIENCE_MS, onError: (error) => this.#fail(error) });
    const windowed = this.#manager.batches.pipe(windows({ interval, requestCut: () => this.#manager.requestCut() }));
    const snapshots = new Subject<Snapshot>();
    const recent = new Recent();
    const workloadOf = namedWorkloads(undefined);
    this.#source = new KernelSource({ ebpf: this.#manager, snapshots, names: undefined, recent });
    this.#windows = windowed.subscribe({
      next: (snapshot) => {
        recent.add(snapshot, this.#manager, workloadOf);
        snapshots.next(snapshot);
        const { live, listeners } = snapshot.cut;
        this.#manager.release(new Set([...snapshot.keys, ...live.key, ...listeners.key]));
      },
      error: (error: unknown) => this.#fail(error),
    });
    try {
      this.#manager.start();
    } catch (error) {
      this.#windows.unsubscribe();
      throw error;
    }
  }

  trace(filter: TraceFilter, onMessage: (message: TraceMessage) => void): Watching<TraceEnd> {
    return this.#watch(this.#source.trace(filter, (message) => (onMessage(message), true)));
  }

  sockets(onMessage: (message: SocketsMessage) => void): Watching<SocketsEnd> {
    return this.#watch(this.#source.sockets((message) => (onMessage(message), true)));
  }

  recent(onMessage: (message: RecentMessage) => void): Watching<SocketsEnd> {
    return this.#watch(this.#source.recent((message) => (onMessage(message), true)));
  }

  windows(onMessage: (message: WindowMessage) => void): Watching<WindowEnd> {
    return this.#watch(this.#source.windows((message) => (onMessage(message), true)));
  }

  #watch<End>(stream: Stream<End>): Watching<End> {
    let resolve!: (end: End) => void;
    const ended = new Promise<End>((done) => (resolve = done));
    return { end: () => resolve(stream.close()), ended: Promise.race([ended, this.#failed]) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#windows.unsubscribe();
    this.#source.close();
    await this.#manager.close();
  }
}
