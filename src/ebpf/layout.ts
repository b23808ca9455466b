/**
 * Offsets of `struct cw_event` (bpf/event.h), which compiles for little-endian
 * machines only. The addon reports its own table; Manager refuses to start if they differ
 * (`assertLayout`).
 */
export const ABI_VERSION = 4;
export const EVENT_SIZE = 104;
export const EVENT_WORDS = EVENT_SIZE / 4;

export const EVENT_OFFSETS = {
  version: 0,
  kind: 1,
  flags: 2,
  netns: 4,
  time: 8,
  cookie: 16,
  owner: 24,
  cgroup: 32,
  raddr: 40,
  lport: 56,
  rport: 58,
  error: 60,
  reserved: 62,
  duration: 64,
  outcome: 72,
  role: 73,
  syn_retransmits: 74,
  state: 75,
  srtt_us: 76,
  bytes_sent: 80,
  bytes_received: 88,
  data_retransmits: 96,
  handshake: 100,
} as const;

export const KIND = { connect: 1, accept: 2, close: 3, process: 4, exit: 5, flow: 6, listen: 7, cgroup: 8, netns: 9 } as const;

/** Comes before a close, counts nowhere: what the connection has moved in all. Not if that is what the close says. */
export const KIND_TOTAL = 10;

/** Unit of `handshake` in nanoseconds: CW_HANDSHAKE_SHIFT. */
export const HANDSHAKE_UNIT = 256;

/** enum cw_role */
export const ROLE_SERVER = 2;

/** Flags of enum cw_flags that TypeScript reads. */
export const FLAG = { noSyn: 1 << 4, sync: 1 << 5, found: 1 << 6, resetIn: 1 << 7, resetOut: 1 << 8, late: 1 << 11, opened: 1 << 12 } as const;
