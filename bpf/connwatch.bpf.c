// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* The tp_btf rung: where each program hangs, and nothing else. */
#include "transition.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* So that the object's BTF holds the layout, which the addon compares with its own. */
const struct cw_event *layout_event __attribute__((unused));
const struct cw_process *layout_process __attribute__((unused));

/* include/trace/events/sock.h: every change of a TCP state in every namespace. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(connwatch_state, struct sock *sk, int from, int to)
{
	on_transition(sk, from, to);
	return 0;
}

/* kernel/exit.c, do_exit: `live` has been counted down before the tracepoint. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(connwatch_exit, struct task_struct *task)
{
	struct process *process;
	struct cw_event *event;

	if (task->signal->live.counter)
		return 0;
	process = bpf_task_storage_get(&processes, task->group_leader, 0, 0);
	if (!process || !process->owner)
		return 0;
	event = reserve(sizeof(*event), CW_CLASS_EXIT);
	if (!event)
		return 0;
	__builtin_memset(event, 0, sizeof(*event));
	event->version = CW_ABI_VERSION;
	event->kind = CW_KIND_EXIT;
	event->flags = CW_FLAG_OWNER;
	event->time = bpf_ktime_get_ns();
	event->owner = process->owner;
	submit(event);
	return 0;
}

/* Start records that did not get their slot, for the reader who counts what is live. */
SEC("iter/bpf_sk_storage_map")
int connwatch_fallback(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct cw_conn *conn = ctx->value;

	if (conn)
		bpf_seq_write(ctx->meta->seq, conn, sizeof(*conn));
	return 0;
}

/*
 * Run once, after the programs above are attached: who listens already. A socket
 * that several processes hold (pre-forked servers) is the first one's, and what
 * listen() has told since is not touched.
 */
SEC("iter/task_file")
int connwatch_listeners(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct listener *listener;
	struct socket *socket;
	struct sock *sk;

	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk || sk->sk_protocol != IPPROTO_TCP || sk->__sk_common.skc_state != TCP_LISTEN)
		return 0;
	listener = bpf_sk_storage_get(&listeners, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!listener) {
		count_loss(CW_LOSS_OWNER_STORE, CW_CLASS_ACCEPT);
		return 0;
	}
	if (listener->owner)
		return 0;
	listener->cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	listener->owner = owner_of(task, listener->cgroup);
	return 0;
}
