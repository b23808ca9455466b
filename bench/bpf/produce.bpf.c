// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * Records without connections: writes connects that never were into the ring of
 * an agent that runs, by the agent's own way into it (base/emit.bpf.h), bell and
 * losses included. bench/tools/producer.c gives it the agent's maps and runs it.
 */
#include "base/emit.bpf.h"
#include "produce.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* A sequence number that no process gets. */
#define OWNER(pid) ((cw_owner)(pid) << 32 | 0xffffffff)

static long produce_one(u32 index, void *context)
{
	struct produce *work = context;
	struct cw_event *event = reserve(sizeof(*event), CW_OUT_SUCCESS);
	/* In no order, as real peers come. */
	u32 key = ((u32)(work->first + index) * 2654435761u >> 7) % work->keys;

	if (!event) {
		work->lost++;
		return 0;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->version = CW_ABI_VERSION;
	event->kind = CW_KIND_CONNECT;
	event->flags = CW_FLAG_OWNER;
	event->netns = work->netns;
	event->time = bpf_ktime_get_ns();
	event->cookie = ~0ULL >> 1;
	event->owner = OWNER(work->pid);
	/* ::ffff:10.x.y.z, port 443 */
	event->raddr[10] = event->raddr[11] = 0xff;
	event->raddr[12] = 10;
	event->raddr[13] = key >> 16;
	event->raddr[14] = key >> 8;
	event->raddr[15] = key;
	event->rport = 443;
	event->outcome = CW_OUT_SUCCESS;
	event->role = CW_ROLE_CLIENT;
	submit(event);
	return 0;
}

static void tell_process(u32 pid)
{
	struct cw_process *process = reserve(sizeof(*process), CW_CLASS_PROCESS);

	if (!process)
		return;
	__builtin_memset(process, 0, sizeof(*process));
	process->version = CW_ABI_VERSION;
	process->kind = CW_KIND_PROCESS;
	process->pid = pid;
	process->time = bpf_ktime_get_ns();
	process->owner = OWNER(pid);
	__builtin_memcpy(process->comm, "producer", 9);
	__builtin_memcpy(process->exe, "producer", 9);
	submit(process);
}

SEC("syscall")
int produce(struct produce *given)
{
	struct produce work = *given;

	if (!work.count)
		tell_process(work.pid);
	else if (work.keys)
		bpf_loop(work.count, produce_one, &work, 0);
	given->lost = work.lost;
	return 0;
}
