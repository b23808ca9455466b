/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Where a rung keeps what is known of a process, and how it numbers processes. */
#ifndef CONNWATCH_PROCESS_H
#define CONNWATCH_PROCESS_H

#include "base/maps.bpf.h"

#ifndef LOWER_RUNG

static __always_inline struct process *process_of(struct task_struct *leader)
{
	return bpf_task_storage_get(&processes, leader, 0, 0);
}

static __always_inline struct process *make_process(struct task_struct *leader)
{
	return bpf_task_storage_get(&processes, leader, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

/* It goes with its leader. */
static __always_inline void forget_process(struct task_struct *task)
{
}

static __always_inline u64 next_sequence(cw_owner known)
{
	return __sync_fetch_and_add(&next_owner, 1);
}

#else

/* For a new entry, which is filled in its place. */
const struct process no_process;

static __always_inline struct process_key key_of_process(struct task_struct *leader)
{
	struct process_key key = { .start = GET(leader, start_boottime), .pid = (u32)GET(leader, tgid) };

	return key;
}

static __always_inline struct process *process_of(struct task_struct *leader)
{
	struct process_key key = key_of_process(leader);

	return bpf_map_lookup_elem(&processes, &key);
}

static __always_inline struct process *make_process(struct task_struct *leader)
{
	struct process_key key = key_of_process(leader);

	bpf_map_update_elem(&processes, &key, &no_process, BPF_NOEXIST);
	return bpf_map_lookup_elem(&processes, &key);
}

static __always_inline void forget_process(struct task_struct *task)
{
	struct process_key key = key_of_process(GET(task, group_leader));

	bpf_map_delete_elem(&processes, &key);
}

#define SEQUENCE_SHIFT 22 /* 4 ms: half of 32 bits are 104 days */

/*
 * Before 5.12 a program cannot take a number from a counter that others use. A time grows as well; a process
 * that had a number gets a greater one. The pid in the high half tells processes apart.
 */
static __always_inline u64 next_sequence(cw_owner known)
{
	u32 now = bpf_ktime_get_ns() >> SEQUENCE_SHIFT;
	u32 next = (u32)known + 1;

	return known && (s32)(now - next) < 0 ? next : now;
}

#endif

#endif
