/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Every map and every setting. Sizes in comments are the kernel memory at the default. */
#ifndef CONNWATCH_MAPS_H
#define CONNWATCH_MAPS_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "event.h"

/* Power of two. Slots are chosen by the low bits of the cookie, which the
 * kernel gives out in runs of 4096, so that neighbours do not collide. */
#define CONN_SLOTS 65536
#define ATTEMPT_SLOTS 65536

/* Set before loading; the verifier then sees a constant. */
const volatile u32 conn_mask = CONN_SLOTS - 1;
/* How connects that fail before a SYN are seen. */
enum { SYNC_OFF, SYNC_FUNCTION, SYNC_SYSCALL };
const volatile u32 sync_failures = SYNC_OFF;

/* The doorbell: user space sets it before it sleeps. */
u32 armed;
/* The next process sequence number; those before stand for no process. */
u32 next_owner = CW_OWNER_FIRST;
/* How many start records had to go to socket storage; while it is 0 nobody looks there. */
u64 fallbacks;
/* The number of the scan that runs, or ran last; user space counts. 0: before anything is attached,
 * for listeners alone, so that what they accept has an owner from the first event on. */
u32 scan;

/* 8 MiB, set by --ring-size. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} events SEC(".maps");

/* 8 MiB. Live sockets by cookie; user space maps it and counts what is pending. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CONN_SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, u32);
	__type(value, struct cw_conn);
} conns SEC(".maps");

/* Live sockets whose slot was taken: bounded by the sockets there are. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct cw_conn);
} conns_fallback SEC(".maps");

/* 512 KiB. The last failed attempt: cookie << 17 | UNTOLD | number (outcome.bpf.h).
 * Losing one to a collision only starts that socket's numbering anew. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ATTEMPT_SLOTS);
	__type(key, u32);
	__type(value, u64);
} attempts SEC(".maps");

struct listener {
	cw_owner owner;
	u64 cgroup;
	u64 early; /* met before anything was attached: its child may be from before, too */
};

/* Who listens. BPF_F_CLONE: the kernel copies it to each socket that the
 * listener's handshakes create (sk_clone_lock), so an accepted socket knows its
 * listener's owner although no process is current then. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct listener);
} listeners SEC(".maps");

struct backlog {
	u32 drops_told;
	u32 was_full; /* at the last scan */
	u32 synack_retransmits;
	u32 synack_retransmits_told;
};

/* What has been told of a listening socket. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct backlog);
} backlogs SEC(".maps");

struct process {
	cw_owner owner;
	u64 exec_id; /* task_struct.self_exec_id: another program image is another owner */
	char comm[CW_COMM_LEN];
	u64 cgroup; /* its last one that has been told */
	u64 unsent; /* the ring was full: to be told with the next record */
};

/* What was said of a process, on its thread group leader: gone when it is. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct process);
} processes SEC(".maps");

struct entered {
	struct sock *sk;
	const void *address;
	u64 length;
};

/* Threads that are in tcp_v4_connect or tcp_v6_connect, where kretprobes are used.
 * Bounded by those that can be: it does not sleep on the way that fails at once. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, struct entered);
} entered SEC(".maps");

/* The scan in which a network namespace was met last. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, u32);
	__type(value, u32);
} namespaces SEC(".maps");

/* The change of state that was seen last on this CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} seen SEC(".maps");

/* 0.6 MiB. Cgroups whose names have been told; one that falls out is told again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, u64);
	__type(value, u8);
} cgroups SEC(".maps");

/* 0.6 MiB. What could not be sent, by cgroup: no cgroup can have more entries than
 * there are classes in each of its namespaces. What finds no room here is in `losses` alone. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct cw_fold_key);
	__type(value, struct cw_fold);
} folds SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CW_LOSSES);
	__type(key, u32);
	__type(value, u64);
} losses SEC(".maps");

#endif
