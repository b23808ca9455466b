import type { Observable, Subscription } from 'rxjs';
import type { Batch } from '../ebpf/types.ts';
import type { Stream, LiveSource } from './source.ts';
import type { TraceEnd, TraceMessage } from './trace/event.ts';
import type { TraceFilter } from './trace/filter.ts';
import { Tap, type Tapped } from './trace/tap.ts';

export interface KernelSourceOptions {
  /** Loaded programs. */
  readonly ebpf: Tapped & { readonly batches: Observable<Batch> };
}

/** Live views of the programs that this process has loaded. */
export class KernelSource implements LiveSource {
  readonly #tap: Tap;
  readonly #subscription: Subscription;

  constructor({ ebpf }: KernelSourceOptions) {
    this.#tap = new Tap({ ebpf });
    this.#subscription = ebpf.batches.subscribe((batch) => this.#tap.add(batch));
  }

  trace(filter: TraceFilter, sink: (message: TraceMessage) => boolean): Stream<TraceEnd> {
    const stream = this.#tap.open(filter, sink);
    sink({ event: 'begin', time: new Date().toISOString() });
    return stream;
  }

  close(): void {
    this.#subscription.unsubscribe();
    this.#tap.close();
  }
}
