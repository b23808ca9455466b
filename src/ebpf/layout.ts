/**
 * Offsets of `struct cw_event` (bpf/event.h), little endian as all supported
 * machines are. The addon reports its own table; Manager refuses to start when
 * the two differ (`assertLayout`).
 */
export const ABI_VERSION = 2;
export const EVENT_SIZE = 120;
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
  laddr: 40,
  raddr: 56,
  lport: 72,
  rport: 74,
  attempt: 76,
  error: 78,
  duration: 80,
  outcome: 88,
  role: 89,
  family: 90,
  syn_retransmits: 91,
  srtt_us: 92,
  bytes_sent: 96,
  bytes_received: 104,
  data_retransmits: 112,
  state: 116,
  reserved: 117,
} as const;

export const KIND = { connect: 1, accept: 2, close: 3, process: 4, exit: 5, flow: 6, listen: 7, cgroup: 8, netns: 9 } as const;

/** enum cw_flags, those that user space asks for. */
export const FLAG = { noSyn: 1 << 4, sync: 1 << 5, found: 1 << 6, resetIn: 1 << 7, resetOut: 1 << 8, late: 1 << 11 } as const;
