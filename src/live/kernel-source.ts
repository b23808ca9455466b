import type { Observable, Subscription } from 'rxjs';
import type { Batch } from '../ebpf/types.ts';
import type { ContainerNames } from '../identity/index.ts';
import { ConnwatchError } from '../internal/errors.ts';
import type { Snapshot } from '../stream/snapshot.ts';
import { namedWorkloads, type WorkloadOf } from './model/named.ts';
import { liveWindow } from './model/window.ts';
import type { Recent, RecentMessage } from './recent/recent.ts';
import { openSockets, type SocketsMessage } from './sockets/sockets.ts';
import type { LiveSource, SocketsEnd, Stream, WindowEnd, WindowMessage } from './source.ts';
import type { TraceEnd, TraceMessage } from './trace/event.ts';
import type { TraceFilter } from './trace/filter.ts';
import { Tap, type Tapped } from './trace/tap.ts';

export interface KernelSourceOptions {
  /** Loaded programs. */
  readonly ebpf: Tapped & { readonly batches: Observable<Batch>; keepSockets(): void };
  /** Emits each window while its keys are valid. */
  readonly snapshots: Observable<Snapshot>;
  /** Who names containers. */
  readonly names: ContainerNames | undefined;
  /** Is told of each window by whoever has made it. */
  readonly recent: Recent;
}

/** Live views of the programs that this process has loaded. */
export class KernelSource implements LiveSource {
  readonly #options: KernelSourceOptions;
  readonly #workloadOf: WorkloadOf;
  readonly #tap: Tap;
  readonly #subscription: Subscription;

  constructor(options: KernelSourceOptions) {
    this.#options = options;
    this.#workloadOf = namedWorkloads(options.names);
    this.#tap = new Tap({ ebpf: options.ebpf, workloadOf: this.#workloadOf });
    this.#subscription = options.ebpf.batches.subscribe((batch) => this.#tap.add(batch));
  }

  trace(filter: TraceFilter, sink: (message: TraceMessage) => boolean): Stream<TraceEnd> {
    if ((filter.pod ?? filter.namespace) !== undefined && this.#options.names === undefined)
      throw new ConnwatchError('names of pods and of their namespaces are not known here: --kubernetes is off, or this is no pod of a cluster.', { code: 'CW_LIVE', hint: 'Ask the agent of that node, or filter by --container.' });
    const stream = this.#tap.open(filter, sink);
    sink({ event: 'begin', time: new Date().toISOString() });
    return stream;
  }

  windows(sink: (message: WindowMessage) => boolean): Stream<WindowEnd> {
    const { ebpf, snapshots } = this.#options;
    let missed = 0;
    const subscription = snapshots.subscribe((snapshot) => {
      if (!sink({ event: 'window', ...liveWindow(snapshot, ebpf, this.#workloadOf) })) missed += 1;
    });
    sink({ event: 'begin', time: new Date().toISOString() });
    return {
      close() {
        subscription.unsubscribe();
        return { event: 'end', time: new Date().toISOString(), missed };
      },
    };
  }

  sockets(sink: (message: SocketsMessage) => boolean): Stream<SocketsEnd> {
    const { ebpf, snapshots } = this.#options;
    const subscription = snapshots.subscribe((snapshot) => {
      // The cut of this window may have begun before it was asked to keep them.
      if (snapshot.cut.sockets === undefined) return;
      subscription.unsubscribe();
      sink(openSockets(snapshot, ebpf, this.#workloadOf));
    });
    ebpf.keepSockets();
    return {
      close() {
        subscription.unsubscribe();
        return { event: 'end', time: new Date().toISOString() };
      },
    };
  }

  recent(sink: (message: RecentMessage) => boolean): Stream<SocketsEnd> {
    sink(this.#options.recent.message());
    return { close: () => ({ event: 'end', time: new Date().toISOString() }) };
  }

  close(): void {
    this.#subscription.unsubscribe();
    this.#tap.close();
  }
}
