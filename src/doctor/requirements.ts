// Requirements of the programs in bpf/. A test compares this with their source.

/** The first Linux version with all of it. Distributions backport, so trials decide, not this number. */
export const LINUX_SINCE = [5, 12] as const;

/** Sections of the programs, with their purpose. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  'tp_btf/inet_sock_set_state': 'sees every connection',
  'tp_btf/inet_sk_error_report': 'sees the error of a failed connect whose end was skipped',
  'tp_btf/tcp_destroy_sock': 'ends connections whose end was skipped',
  'tp_btf/sched_process_exec': 'notes what a process was started as',
  'tp_btf/sched_process_fork': 'notes it for children',
  'tp_btf/sched_process_exit': 'sees processes end',
  'tp_btf/tcp_retransmit_synack': 'sees retransmitted SYN-ACKs',
  'iter/bpf_sk_storage_map': 'counts live sockets without a slot',
  'iter/task_file': 'finds sockets that are already open, and reports long-lived ones',
  'iter/bpf_map_elem': 'ends connections for whose end no program ran',
};

/** Sections of which the agent uses one set or none (`--sync-failures`). */
export const SYNC_PROGRAMS = [
  'fexit/tcp_v4_connect',
  'fexit/tcp_v6_connect',
  'kprobe/tcp_v4_connect',
  'kprobe/tcp_v6_connect',
  'kretprobe/tcp_v4_connect',
  'kretprobe/tcp_v6_connect',
  'tp/syscalls/sys_exit_connect',
];

/** enum bpf_map_type of linux/bpf.h. Arrays are as old as bpf() itself. */
export const MAPS: Readonly<Record<string, number>> = { lru_hash: 9, ringbuf: 27, sk_storage: 24, task_storage: 29 };

export interface Helper {
  /** enum bpf_func_id of linux/bpf.h. */
  readonly id: number;
  /** The section of a program that calls it. */
  readonly from: string;
}

const STATE = 'tp_btf/inet_sock_set_state';
const EXEC = 'tp_btf/sched_process_exec';

export const HELPERS: Readonly<Record<string, Helper>> = {
  map_lookup_elem: { id: 1, from: STATE },
  ktime_get_ns: { id: 5, from: STATE },
  get_socket_cookie: { id: 46, from: STATE },
  sk_storage_get: { id: 107, from: STATE },
  sk_storage_delete: { id: 108, from: STATE },
  probe_read_kernel: { id: 113, from: STATE },
  probe_read_kernel_str: { id: 115, from: STATE },
  map_update_elem: { id: 2, from: STATE },
  map_delete_elem: { id: 3, from: EXEC },
  probe_read_user: { id: 112, from: EXEC },
  ringbuf_reserve: { id: 131, from: STATE },
  ringbuf_submit: { id: 132, from: STATE },
  ringbuf_discard: { id: 133, from: STATE },
  skc_to_tcp_sock: { id: 137, from: STATE },
  task_storage_get: { id: 156, from: STATE },
  get_current_task_btf: { id: 158, from: STATE },
  seq_write: { id: 127, from: 'iter/bpf_sk_storage_map' },
  sock_from_file: { id: 162, from: 'iter/task_file' },
};
