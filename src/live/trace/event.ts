import type { Attributes } from '@opentelemetry/api';
import type { Outcome } from '../../words/outcomes.ts';
import type { Role } from '../../words/role.ts';

interface Connection {
  /** When it happened: ISO 8601 with milliseconds. */
  readonly time: string;
  /** In the host's pid namespace; 0: unknown, or the kernel. Of a server, the process that listens. */
  readonly pid: number;
  /** As `/proc/PID/comm` had it; undefined: unknown. */
  readonly comm?: string;
  /** Attributes as metrics have them: `process.executable.name`, container, unit, pod. */
  readonly workload: Attributes;
  readonly role: Role;
  /** The other side. */
  readonly address: string;
  readonly port: number;
  /** 0: it had none yet, or a client's that is not known before the close. */
  readonly localPort: number;
  /** Inode number of the network namespace; undefined: not found yet. */
  readonly netns?: number;
}

/** A connect has ended. */
export interface ConnectEvent extends Connection {
  readonly event: 'connect';
  readonly outcome: Outcome;
  /** `ECONNREFUSED`; undefined: the socket has no error. */
  readonly error?: string;
  /** Seconds from the first SYN to the end. */
  readonly seconds: number;
  /** SYNs that were sent, repeated ones included. */
  readonly syns: number;
}

/** The handshake of a listener's connection is complete. */
export interface AcceptEvent extends Connection {
  readonly event: 'accept';
}

/** An established connection has ended. */
export interface CloseEvent extends Connection {
  readonly event: 'close';
  /** Seconds since it was established, or, if `found`, since it was found. */
  readonly seconds: number;
  /** The connection is older than the agent. */
  readonly found?: true;
  /** Payload bytes. */
  readonly sent: number;
  readonly received: number;
  /** Segments that were sent again, without SYNs. */
  readonly retransmits: number;
  /** Smoothed round-trip time, seconds; 0: never measured. */
  readonly rtt: number;
  /** Which side reset it; undefined: neither. */
  readonly resetBy?: 'peer' | 'owner';
}

export type TraceEvent = ConnectEvent | AcceptEvent | CloseEvent;

/** The first message: from now on every event is seen. */
export interface TraceBegin {
  readonly event: 'begin';
  readonly time: string;
}

/** Events that a reader did not get, since the last time it was told. */
export interface LeftOut {
  readonly event: 'left_out';
  readonly time: string;
  /** Matching events above the limit per second. */
  readonly overLimit: number;
  /** Matching events that the reader was too slow for. */
  readonly tooSlow: number;
  /** Events that were not looked at, because there were too many: they may or may not match. */
  readonly unread: number;
}

/** The last message: everything that was left out since the trace began. */
export interface TraceEnd extends Omit<LeftOut, 'event'> {
  readonly event: 'end';
  readonly sent: number;
}

export type TraceMessage = TraceBegin | TraceEvent | LeftOut | TraceEnd;
