/** What the page at /ui gets once in a window. Counters count since the agent started; the page makes rates of them. */
export interface Frame {
  /** End of the last complete window, Unix milliseconds. */
  readonly time: number;
  /** Length of that window, milliseconds. */
  readonly window: number;
  /** Usual length of a window, milliseconds. */
  readonly interval: number;
  readonly host: string;
  /** Upper bounds of the buckets of `handshakes`, seconds. The last bucket has none. */
  readonly bounds: readonly number[];
  readonly workloads: readonly Workload[];
  readonly edges: readonly Edge[];
  /** What did not fit. failing: edges with connects that failed or waited in the window. */
  readonly leftOut: { readonly workloads: number; readonly edges: number; readonly failing: number };
  readonly agent: AgentState;
}

export interface Workload {
  /** The same in each frame. */
  readonly key: string;
  /** Attributes that say who it is, such as `process.executable.name`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly attempts: number;
  readonly successes: number;
  /** By `error.type`. */
  readonly failures: Readonly<Record<string, number>>;
  readonly pending: number;
  readonly accepts: number;
  /** Sockets by role and state: `client established`. */
  readonly open: Readonly<Record<string, number>>;
  /** Successful connects by handshake time, one number for each bucket. */
  readonly handshakes: readonly number[];
  readonly sent: number;
  readonly received: number;
  /** Segments by type. */
  readonly retransmits: Readonly<Record<string, number>>;
  /** By direction. */
  readonly resets: Readonly<Record<string, number>>;
  readonly listeners: readonly Listener[];
}

export interface Listener {
  readonly port: string;
  readonly accepts: number;
  /** undefined: it does not listen any more. */
  readonly queue: number | undefined;
  readonly limit: number | undefined;
  readonly overflows: number;
  readonly drops: number;
}

/** A workload and a peer that it connects to. */
export interface Edge {
  /** Index in `workloads`. */
  readonly from: number;
  readonly address: string;
  readonly port: string;
  readonly attempts: number;
  readonly successes: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly pending: number;
  readonly open: number;
  readonly sent: number;
  readonly received: number;
  readonly retransmits: number;
  readonly resets: number;
  /** Connects that ended in the last window. */
  readonly now: { readonly success: number; readonly failure: number; readonly cancelled: number };
  /** Quantiles of the handshake time in the last window, seconds; undefined without a success. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
}

export interface AgentState {
  readonly version: string;
  readonly commit: string;
  readonly node: string;
  readonly libbpf: string;
  /** Unix seconds. */
  readonly startTime: number;
  /** CPU time so far, seconds. */
  readonly cpu: number;
  /** Resident memory, bytes. */
  readonly memory: number;
  /** Records by kind. */
  readonly events: Readonly<Record<string, number>>;
  readonly lost: readonly { readonly stage: string; readonly reason: string; readonly total: number }[];
  readonly ring: { readonly used: number; readonly size: number };
  /** Seconds. */
  readonly drainLag: number;
  readonly scanAge: number;
  readonly probes: readonly { readonly name: string; readonly mechanism: string; readonly required: boolean; readonly attached: boolean }[];
  readonly drift: readonly { readonly counter: string; readonly netns: string; readonly type: string; readonly value: number; readonly age: number }[];
  /** Series of each metric. `refused` is undefined where another metric decides. */
  readonly series: readonly { readonly family: string; readonly size: number; readonly limit: number; readonly refused: number | undefined }[];
}
