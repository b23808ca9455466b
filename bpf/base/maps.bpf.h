/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Every map and every setting. Sizes in comments are the kernel memory at the default. */
#ifndef CONNWATCH_MAPS_H
#define CONNWATCH_MAPS_H

#include "base/rung.bpf.h"
#include <bpf/bpf_tracing.h>
#include "event.h"

/* Power of two. Slots are chosen by the low bits of the cookie, which the
 * kernel gives out in runs of 4096, so that neighbours do not collide. */
#define CONN_SLOTS 65536

/* Set before loading; the verifier then sees a constant. */
const volatile u32 conn_mask = CONN_SLOTS - 1;
/* How connects that fail before a SYN are observed. */
enum { SYNC_OFF, SYNC_FUNCTION, SYNC_SYSCALL };
const volatile u32 sync_failures = SYNC_OFF;
/* Which of memory and pids are in a v1 hierarchy: CGROUP_V1_*. */
enum { CGROUP_V1_MEMORY = 1, CGROUP_V1_PIDS = 2 };
const volatile u32 cgroup_v1 = CGROUP_V1_MEMORY | CGROUP_V1_PIDS;

/* User space cannot ask for the cookie of a network namespace (before 5.14). */
const volatile u32 netns_by_inode = 0;

#ifdef LOWER_RUNG
/* Random. Hides the addresses that number the sockets. */
const volatile u64 address_key = 0;
#endif

/* A variable with a value stands where it is declared, others where they are first used. These two have
 * one, so that they come first in each object that includes this file: bench/bpf shares them with an agent. */
/* The doorbell: user space sets it before it sleeps. */
u32 armed = 0;
/* User space sets it when it wants a record for each success and each accept at once. */
u32 immediate = 0;
/* tp_btf: the next process sequence number; those before stand for no process. */
u32 next_owner = CW_OWNER_FIRST;
/* How many start records are in socket storage; while it is 0 nobody looks there. */
u64 fallbacks;

/* Cookies of sockets whose record in socket storage has ended lately. */
u64 fallbacks_ended[CW_FALLBACKS_ENDED];
/* User space sets it before it reads them: 0, 1 or 2. */
u32 fallback_reading;
/* How many have ended. */
u64 fallback_ends;
/* The number of the scan that runs or ran last; user space counts. 0: before anything is attached,
 * for listeners alone, so that what they accept has an owner from the first event on. */
u32 scan;
/* User space sets it when the first scan has finished: it has found what descriptors held before. */
u32 scanned;
/* How often the listener of a new child was found through the child, and how often not. */
u64 parents_found;
u64 parents_missed;
/* Listeners that are in `listener_clones`; while it is 0 nobody looks there. */
u64 clones;

/* 8 MiB, set by --ring-size. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} events SEC(".maps");

#ifdef LOWER_RUNG
#include "base/maps-lower.bpf.h"
#else
/* 8 MiB. Live sockets by cookie. User space maps it: it counts what is open, and marks what it has counted. */
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
#endif

#define MARK_SLOTS 4096

/* Tables that only the programs use are variables: a map would take a file descriptor for each. */

/* 32 KiB. Cookies of sockets whose failure has been counted and whose connect() has yet to return.
 * A mark may lose its slot to another within that time only: a few microseconds. */
u64 marks[MARK_SLOTS];

#define LISTENER_SLOTS 8192
#define CHILD_SLOTS 4096

struct listener {
	u64 sock; /* address of the kernel's struct sock; 0: free */
	cw_owner owner;
	u64 cgroup;
	u16 port;
	u8 early; /* enum early */
	u8 filled; /* its queue was full when it was last reported, or since */
	u32 netns;
};

/* 320 KiB. Who listens, by the address of the socket. */
struct listener listeners[LISTENER_SLOTS];

#ifndef LOWER_RUNG
/* Listeners whose slot was taken, and all of them on a kernel where a child does not lead to its
 * listener. BPF_F_CLONE: the kernel copies it to each child (sk_clone_lock), which costs as much as
 * the rest of an accept. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct listener);
} listener_clones SEC(".maps");
#endif

struct port {
	u32 netns;
	u32 port;
};

/* 0.5 MiB. The last listener of each port, for children that do not lead to theirs. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct port);
	__type(value, struct listener);
} ports SEC(".maps");

struct child {
	u64 sock; /* address of the kernel's struct sock; 0: free */
	cw_owner owner;
	u64 cgroup;
};

/* 96 KiB. Children whose handshake goes on, by the address of the socket: a child has no cookie yet.
 * One that loses its slot to another is told by its port. */
struct child children[CHILD_SLOTS];

struct backlog {
	u32 drops_told;
	u32 synack_retransmits;
	u32 synack_retransmits_told;
};

#ifdef LOWER_RUNG
BY_ADDRESS(listeners_known, struct listener, LISTENER_SLOTS);
BY_ADDRESS(backlogs, struct backlog, LISTENER_SLOTS);
#else
/* What has been reported of a listening socket. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct backlog);
} backlogs SEC(".maps");
#endif

struct process {
	cw_owner owner;
	u64 exec_id; /* task_struct.self_exec_id: another program image is another owner */
	char comm[CW_COMM_LEN];
	u64 cgroup; /* the last one whose names have been sent */
	u64 unsent; /* the ring was full: to be sent with the next record */
};

#ifdef LOWER_RUNG
/* What is known of a process. One that falls out is introduced again, with another number. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct process_key);
	__type(value, struct process);
} processes SEC(".maps");
#else
/* What is known of a process, on its thread group leader: gone when it is. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct process);
} processes SEC(".maps");
#endif

/* Up to 5 MiB. What a process was started as, by pid, where its executable file alone does not say it.
 * A process that finds no room has no command. */
#define COMMANDS 16384
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, COMMANDS);
#ifndef LOWER_RUNG /* 4.3 MiB at once: before 6.1 only tp_btf programs may allocate */
	__uint(map_flags, BPF_F_NO_PREALLOC);
#endif
	__type(key, u32);
	__type(value, struct cw_command);
} commands SEC(".maps");

/* What the owner of a task is made of. */
struct task_key {
	u64 leader; /* address of its task_struct */
	u64 start_time; /* which tells processes at one address apart */
	u64 cgroup;
	u64 exec_id;
	u64 comm[2];
};

struct recent {
	struct task_key key;
	cw_owner owner;
	u64 reserved;
};

/* 4 KiB for each CPU. The last process of each slot that had nothing to send: half the price of the storage. */
#define RECENT_SLOTS 64
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RECENT_SLOTS);
	__type(key, u32);
	__type(value, struct recent);
} recents SEC(".maps");

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

/* The scan that found a network namespace last. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, u32);
	__type(value, u32);
} namespaces SEC(".maps");

/* 0.6 MiB. Cgroups whose names have been told; one that falls out is told again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, u64);
	__type(value, u8);
} cgroups SEC(".maps");

/* 66 KiB. Names of cgroups that found the ring full, until user space takes them. */
struct cw_cgroup kept_cgroups[CW_KEPT_CGROUPS];

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
