import type { LiveWindow } from './model/window.ts';
import type { RecentMessage } from './recent/recent.ts';
import type { SocketsMessage } from './sockets/sockets.ts';
import type { TraceEnd, TraceMessage } from './trace/event.ts';
import type { TraceFilter } from './trace/filter.ts';

/** Something that runs until it is closed. */
export interface Stream<End> {
  /** Ends it. Returns the last message, which is sent to nobody. */
  close(): End;
}

export type WindowMessage = ({ readonly event: 'window' } & LiveWindow) | { readonly event: 'begin'; readonly time: string };
export interface WindowEnd {
  readonly event: 'end';
  readonly time: string;
  /** Windows that the reader was too slow for. */
  readonly missed: number;
}

export interface SocketsEnd {
  readonly event: 'end';
  readonly time: string;
}

/** Where live views get their data: a running agent, or programs that the command has loaded itself. */
export interface LiveSource {
  /**
   * Single events. `sink` returns false if it takes nothing more for now.
   * @throws Invalid
   */
  trace(filter: TraceFilter, sink: (message: TraceMessage) => boolean): Stream<TraceEnd>;
  /** All open sockets, once: with the end of this window or the next. */
  sockets(sink: (message: SocketsMessage) => boolean): Stream<SocketsEnd>;
  /** What clients did in the last minutes, once. */
  recent(sink: (message: RecentMessage) => boolean): Stream<SocketsEnd>;
  /** Each window when it ends. A reader that is too slow misses windows. */
  windows(sink: (message: WindowMessage) => boolean): Stream<WindowEnd>;
}
