/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The end of a process. */
#ifndef CONNWATCH_EXIT_H
#define CONNWATCH_EXIT_H

#include "events/record.bpf.h"

/* A thread ends. */
static __always_inline void on_exit(struct task_struct *task)
{
	struct process *process;
	struct cw_event *event;

	if (GET_VIA(task, signal, live.counter))
		return;
	forget_command(task);
	process = process_of(GET(task, group_leader));
	if (!process || !process->owner)
		return;
	event = reserve(sizeof(*event), CW_CLASS_EXIT);
	if (!event)
		return;
	__builtin_memset(event, 0, sizeof(*event));
	begin_record(event, CW_KIND_EXIT, CW_FLAG_OWNER, 0);
	event->time = bpf_ktime_get_ns();
	event->owner = process->owner;
	submit(event);
	forget_process(task);
}

#endif
