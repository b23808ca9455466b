/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The owner of a socket: what is known of a task, which user space gets once. */
#ifndef CONNWATCH_OWNER_H
#define CONNWATCH_OWNER_H

#include "owner/cgroup.bpf.h"
#include "owner/command.bpf.h"
#include "owner/process.bpf.h"

/* Sends the names, once for each program image of a process. */
static __always_inline bool send_process(struct process *process, struct task_struct *leader,
					 struct task_struct *task, u64 cgroup)
{
	struct cw_process *record = reserve(sizeof(*record), CW_CLASS_PROCESS);
	struct cw_command *command;
	const unsigned char *name;
	u32 pid;

	/* Nothing stands between: Linux 5.10 believes that a record may be NULL in a second check. */
	if (!record)
		return false;
	pid = GET(task, tgid);
	record->version = CW_ABI_VERSION;
	record->kind = CW_KIND_PROCESS;
	record->flags = CW_FLAG_OWNER;
	/* kernel/fork.c, copy_process; fs/exec.c, begin_new_exec */
	if (GET(leader, self_exec_id) == GET(leader, parent_exec_id))
		record->flags |= CW_FLAG_FORKED;
	record->pid = pid;
	record->time = bpf_ktime_get_ns();
	record->owner = process->owner;
	record->start_time = GET(leader, start_boottime);
	record->cgroup = cgroup;
	__builtin_memcpy(record->comm, process->comm, CW_COMM_LEN);
	name = BPF_CORE_READ(task, mm, exe_file, f_path.dentry, d_name.name);
	if (bpf_probe_read_kernel_str(record->exe, CW_EXE_LEN, name) < 0)
		record->exe[0] = 0;
	command = bpf_map_lookup_elem(&commands, &pid);
	/* A call: the verifier follows each word of a copy again for every way that leads here. */
	if (command && !bpf_probe_read_kernel(&record->command, sizeof(record->command), command))
		record->flags |= CW_FLAG_COMMAND;
	submit(record);
	return true;
}

static __always_inline bool is_known(const struct process *process, const struct task_key *key)
{
	const u64 *comm = (const u64 *)process->comm;

	return process->owner && process->exec_id == key->exec_id && comm[0] == key->comm[0] &&
	       comm[1] == key->comm[1];
}

/*
 * A process that is new, or has another name or image than before, gets a new number, because
 * records that were sent before keep the old one. What could not be sent is sent now.
 */
static __noinline cw_owner introduce(struct task_struct *task, const struct task_key *key)
{
	struct task_struct *leader = GET(task, group_leader);
	struct process *process;
	cw_owner known;

	process = make_process(leader);
	/* When two threads make their first connect at once, the kernel lets one of
	 * them create it (bpf_local_storage_alloc, EAGAIN): the other one finds it now. */
	if (!process)
		process = make_process(leader);
	if (!process) {
		count_loss(CW_LOSS_OWNER_STORE, CW_CLASS_PROCESS);
		return 0;
	}
	known = process->owner;
	if (!is_known(process, key)) {
		u64 sequence = next_sequence(known);
		cw_owner owner = (u64)(u32)GET(task, tgid) << 32 | (u32)sequence;

		/* Several threads may be here at once: one reports, the others take its number. */
		if (__sync_val_compare_and_swap(&process->owner, known, owner) == known) {
			__builtin_memcpy(process->comm, key->comm, sizeof(key->comm));
			process->exec_id = key->exec_id;
			process->unsent = !send_process(process, leader, task, key->cgroup);
		}
	} else if (process->unsent) {
		process->unsent = !send_process(process, leader, task, key->cgroup);
	}
	if (process->cgroup != key->cgroup && tell_cgroup(task, key->cgroup))
		process->cgroup = key->cgroup;
	return process->owner;
}

static __always_inline bool is_same(const struct task_key *a, const struct task_key *b)
{
	return a->leader == b->leader && a->start_time == b->start_time && a->cgroup == b->cgroup &&
	       a->exec_id == b->exec_id && a->comm[0] == b->comm[0] && a->comm[1] == b->comm[1];
}

/* Not the same process as at this slot's last look. */
static __noinline cw_owner look_up(struct task_struct *task, const struct task_key *key,
				   struct recent *recent)
{
	struct process *process = process_of(GET(task, group_leader));
	cw_owner owner;

	if (!process || !is_known(process, key) || process->unsent || process->cgroup != key->cgroup)
		return introduce(task, key);
	owner = process->owner;
	if (recent) {
		recent->key = *key;
		recent->owner = owner;
	}
	return owner;
}

/*
 * The owner of what a task does. io_uring workers and threads belong to their
 * thread group. The name is the leader's: a thread's own comm is another
 * (`pool-1-thread-7`). The cgroup is the task's own.
 */
static __always_inline cw_owner owner_of(struct task_struct *task, u64 *cgroup)
{
	struct task_struct *leader = GET(task, group_leader);
	struct recent *recent;
	struct task_key key;
	u32 index;
	struct places places;

	find_places(task, &places);
	key.cgroup = places.id;
	*cgroup = key.cgroup;
	if (GET(task, flags) & PF_KTHREAD)
		return CW_OWNER_KERNEL;
	key.leader = (u64)leader;
	key.start_time = GET(leader, start_boottime);
	key.exec_id = GET(leader, self_exec_id);
	READ_COMM(key.comm, leader);
	index = (u32)GET(task, tgid) & (RECENT_SLOTS - 1);
	recent = bpf_map_lookup_elem(&recents, &index);
	if (recent && is_same(&recent->key, &key))
		return recent->owner;
	return look_up(task, &key, recent);
}

/*
 * Only where the current task is the right one: never in softirq.
 */
VERIFIED_ONCE cw_owner current_owner(u64 *cgroup)
{
	return cgroup ? owner_of(current_task(), cgroup) : 0;
}

#endif
