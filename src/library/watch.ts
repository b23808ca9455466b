import { Observable, Subject } from 'rxjs';
import { first } from '../live/client/first.ts';
import { type LocalOptions, LocalSource } from '../live/client/local.ts';
import type { Watching } from '../live/client/source.ts';
import type { SocketInfo, SocketsMessage } from '../live/sockets/sockets.ts';
import type { WindowMessage } from '../live/source.ts';
import type { ConnectEvent, LeftOut, TraceEvent, TraceMessage } from '../live/trace/event.ts';
import type { TraceFilter } from '../live/trace/filter.ts';
import { typedSnapshot, type WindowSnapshot } from '../live/model/activity.ts';

/** Every Observable is hot: it has what happens while somebody is subscribed. It fails with a ConnwatchError if the kernel programs do, and completes at `close()`. */
export interface Watch extends AsyncDisposable {
  /** Failed connects, each when it has failed. */
  readonly failures$: Observable<ConnectEvent>;
  /** Connects, accepts and closes, each when it happens. */
  readonly connections$: Observable<TraceEvent>;
  /** What every workload did, once for each window. */
  readonly snapshots$: Observable<WindowSnapshot>;
  /** What subscribers of single events did not get: each gets at most 2000 events a second. */
  readonly leftOut$: Observable<LeftOut>;
  /** Every open socket at the end of this window or the next. */
  sockets(): Promise<readonly SocketInfo[]>;
  /** Releases the kernel programs. May be called twice. */
  close(): Promise<void>;
}

/**
 * Loads the kernel programs and watches every TCP connection of this machine. Needs root, or the capabilities BPF and PERFMON.
 * @throws ConnwatchError with a code and a hint
 */
export function watch(options: LocalOptions = {}): Watch {
  const source = new LocalSource(options);
  const leftOut = new Subject<LeftOut>();
  const closing = new AbortController();
  const events = (filter: TraceFilter) =>
    observe<TraceMessage, TraceEvent>(closing.signal, (take) => source.trace(filter, take), (message, emit) => {
      if (message.event === 'left_out') leftOut.next(message);
      else if (message.event !== 'begin' && message.event !== 'end') emit(message);
    });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= (async () => {
      closing.abort();
      leftOut.complete();
      await source[Symbol.asyncDispose]();
    })());
  return {
    failures$: events({ failed: true }) as Observable<ConnectEvent>,
    connections$: events({}),
    snapshots$: observe<WindowMessage, WindowSnapshot>(closing.signal, (take) => source.windows(take), (message, emit) => {
      if (message.event === 'window') emit(typedSnapshot(message));
    }),
    leftOut$: leftOut.asObservable(),
    sockets: async () => (await first<SocketsMessage>((take) => source.sockets(take), closing.signal)).sockets,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Opened with the first message for each subscriber, and ended with its subscription. */
function observe<Message, T>(closing: AbortSignal, open: (take: (message: Message) => void) => Watching<unknown>, pick: (message: Message, emit: (value: T) => void) => void): Observable<T> {
  return new Observable<T>((subscriber) => {
    const watching = open((message) => pick(message, (value) => subscriber.next(value)));
    watching.ended.then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    const end = () => watching.end();
    closing.addEventListener('abort', end);
    return () => {
      closing.removeEventListener('abort', end);
      end();
    };
  });
}
