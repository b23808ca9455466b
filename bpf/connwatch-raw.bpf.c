// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* The raw tracepoint rung: where each program hangs, and nothing else. connwatch.bpf.c says when each runs. */
#define LOWER_RUNG
#include "events/transition.bpf.h"
#include "owner/exit.bpf.h"
#include "base/object.bpf.h"

SEC("raw_tp/inet_sock_set_state")
int BPF_PROG(connwatch_state, struct sock *sk, int from, int to)
{
	on_transition(sk, from, to);
	return 0;
}

SEC("raw_tp/inet_sk_error_report")
int BPF_PROG(connwatch_error, struct sock *sk)
{
	if (GET(sk, __sk_common.skc_state) == TCP_CLOSE && GET(sk, sk_protocol) == IPPROTO_TCP)
		on_gone(sk);
	return 0;
}

SEC("raw_tp/tcp_destroy_sock")
int BPF_PROG(connwatch_destroy, struct sock *sk)
{
	on_gone(sk);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int BPF_PROG(connwatch_exec, struct task_struct *task, int old_pid, struct linux_binprm *program)
{
	on_exec(task, program);
	return 0;
}

SEC("raw_tp/sched_process_fork")
int BPF_PROG(connwatch_fork, struct task_struct *parent, struct task_struct *child)
{
	on_fork(parent, child);
	return 0;
}

SEC("raw_tp/sched_process_exit")
int BPF_PROG(connwatch_exit, struct task_struct *task)
{
	on_exit(task);
	return 0;
}

SEC("raw_tp/tcp_retransmit_synack")
int BPF_PROG(connwatch_synack, struct sock *sk, struct request_sock *request)
{
	on_synack_again(sk);
	return 0;
}

#include "looks/looks-lower.bpf.h"
#include "events/sync-hooks.bpf.h"
