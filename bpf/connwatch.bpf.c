// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* The tp_btf rung: where each program hangs, and nothing else. */
#include "events/transition.bpf.h"
#include "looks/look.bpf.h"
#include "looks/sweep.bpf.h"
#include "owner/exit.bpf.h"
#include "base/object.bpf.h"

/* include/trace/events/sock.h: every change of a TCP state in every namespace. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(connwatch_state, struct sock *sk, int from, int to)
{
	on_transition(sk, from, to);
	return 0;
}

/* Since 5.14. A socket's error is announced after its state has changed, or just before. */
SEC("tp_btf/inet_sk_error_report")
int BPF_PROG(connwatch_error, struct sock *sk)
{
	if (GET(sk, __sk_common.skc_state) == TCP_CLOSE && GET(sk, sk_protocol) == IPPROTO_TCP)
		on_gone(sk);
	return 0;
}

/* include/trace/events/tcp.h: no TCP socket goes without it. */
SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(connwatch_destroy, struct sock *sk)
{
	on_gone(sk);
	return 0;
}

/* fs/exec.c, exec_binprm: the new image is in place and has not run yet. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(connwatch_exec, struct task_struct *task, int old_pid, struct linux_binprm *program)
{
	on_exec(task, program);
	return 0;
}

/* kernel/fork.c, kernel_clone: the child has not run yet. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(connwatch_fork, struct task_struct *parent, struct task_struct *child)
{
	on_fork(parent, child);
	return 0;
}

/* kernel/exit.c, do_exit: `live` has been counted down before the tracepoint. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(connwatch_exit, struct task_struct *task)
{
	on_exit(task);
	return 0;
}

static const char gap[CW_GAP_2];

/* Start records that did not get their slot, for the reader that counts what is live. */
SEC("iter/bpf_sk_storage_map")
int connwatch_fallback(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct cw_conn *conn = ctx->value;

	if (!conn)
		return 0;
	bpf_seq_write(ctx->meta->seq, conn, sizeof(*conn));
	if (fallback_reading == 1)
		bpf_seq_write(ctx->meta->seq, gap, CW_GAP_1);
	else if (fallback_reading == 2)
		bpf_seq_write(ctx->meta->seq, gap, CW_GAP_2);
	return 0;
}

/* A handshake that the listener has to answer again. */
SEC("tp_btf/tcp_retransmit_synack")
int BPF_PROG(connwatch_synack, struct sock *sk, struct request_sock *request)
{
	on_synack_again(sk);
	return 0;
}

/* Run after the programs above are attached, and then once for each window. */
SEC("iter/task_file")
int connwatch_scan(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct seq_file *seq = ctx->meta->seq;
	struct file *file = ctx->file;
	struct sock *sk;

	if (!task || !file)
		return 0;
	sk = sock_of_file(file);
	if (!sk)
		return 0;
	if (has_room(seq))
		scan_socket(seq, sk, task);
	return 0;
}

/* Run after a scan that has left old records over. */
SEC("iter/bpf_map_elem")
int connwatch_sweep(struct bpf_iter__bpf_map_elem *ctx)
{
	struct cw_conn *slot;
	u32 *key = ctx->key;
	u32 index;

	if (!key)
		return 0;
	index = *key;
	slot = bpf_map_lookup_elem(&conns, &index);
	if (slot && slot->cookie && has_room(ctx->meta->seq))
		sweep_slot(ctx->meta->seq, slot);
	return 0;
}

#include "events/sync-hooks.bpf.h"
