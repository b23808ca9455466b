import type { RecentMessage } from '../recent/recent.ts';
import type { SocketsMessage } from '../sockets/sockets.ts';
import type { SocketsEnd, WindowEnd, WindowMessage } from '../source.ts';
import type { TraceEnd, TraceMessage } from '../trace/event.ts';
import type { TraceFilter } from '../trace/filter.ts';

/** A stream that a command reads. */
export interface Watching<End> {
  /** Asks for its end. */
  end(): void;
  /** Resolves with the last message; with undefined if the agent has ended without one. Rejects if it could not be opened. */
  readonly ended: Promise<End | undefined>;
}

/** Where a command gets its data. */
export interface ClientSource extends AsyncDisposable {
  /** For people: `the agent of /run/connwatch/connwatch.sock`. */
  readonly origin: string;
  /** Whether it knows what was before the command began. */
  readonly hasPast: boolean;
  trace(filter: TraceFilter, onMessage: (message: TraceMessage) => void): Watching<TraceEnd>;
  sockets(onMessage: (message: SocketsMessage) => void): Watching<SocketsEnd>;
  recent(onMessage: (message: RecentMessage) => void): Watching<SocketsEnd>;
  windows(onMessage: (message: WindowMessage) => void): Watching<WindowEnd>;
}
