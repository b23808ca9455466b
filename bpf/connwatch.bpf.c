// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* The tp_btf rung: where each program hangs, and nothing else. */
#include "events/transition.bpf.h"
#include "looks/sweep.bpf.h"
#include "events/sync.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* So that the object's BTF holds the layout, which the addon compares with its own. */
const struct cw_event *layout_event __attribute__((unused));
const struct cw_process *layout_process __attribute__((unused));
const struct cw_listen *layout_listen __attribute__((unused));
const struct cw_cgroup *layout_cgroup __attribute__((unused));
const struct cw_netns *layout_netns __attribute__((unused));

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
	if (sk->__sk_common.skc_state == TCP_CLOSE && sk->sk_protocol == IPPROTO_TCP)
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
	struct process *process;
	struct cw_event *event;

	if (task->signal->live.counter)
		return 0;
	forget_command(task);
	process = bpf_task_storage_get(&processes, task->group_leader, 0, 0);
	if (!process || !process->owner)
		return 0;
	event = reserve(sizeof(*event), CW_CLASS_EXIT);
	if (!event)
		return 0;
	__builtin_memset(event, 0, sizeof(*event));
	begin_record(event, CW_KIND_EXIT, CW_FLAG_OWNER, 0);
	event->time = bpf_ktime_get_ns();
	event->owner = process->owner;
	submit(event);
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
	struct backlog *backlog;

	if (sk->__sk_common.skc_state != TCP_LISTEN)
		return 0;
	backlog = bpf_sk_storage_get(&backlogs, sk, 0, 0);
	if (backlog)
		__sync_fetch_and_add(&backlog->synack_retransmits, 1);
	return 0;
}

/* Run after the programs above are attached, and then once for each window. */
SEC("iter/task_file")
int connwatch_scan(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct seq_file *seq = ctx->meta->seq;
	struct file *file = ctx->file;
	struct socket *socket;
	struct sock *sk;

	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
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

/* Connects that fail before a SYN. Which of these are loaded is --sync-failures. */
SEC("fexit/tcp_v4_connect")
int BPF_PROG(connwatch_connect4, struct sock *sk, const void *address, int length, int result)
{
	on_connect_returned(sk, address, length, result);
	return 0;
}

SEC("fexit/tcp_v6_connect")
int BPF_PROG(connwatch_connect6, struct sock *sk, const void *address, int length, int result)
{
	on_connect_returned(sk, address, length, result);
	return 0;
}

/* tcp_v6_connect calls tcp_v4_connect for a mapped address: each has its own entry. */
static __always_inline u64 entry_of(u64 ipv6)
{
	return bpf_get_current_pid_tgid() | ipv6 << 63;
}

static __always_inline int enter_connect(struct pt_regs *regs, u64 ipv6)
{
	struct entered now = {
		.sk = (struct sock *)FUNCTION_ARG1(regs),
		.address = (const void *)FUNCTION_ARG2(regs),
		.length = (u32)FUNCTION_ARG3(regs),
	};
	u64 entry = entry_of(ipv6);

	bpf_map_update_elem(&entered, &entry, &now, BPF_ANY);
	return 0;
}

static __always_inline int return_from_connect(struct pt_regs *regs, u64 ipv6)
{
	int result = (int)FUNCTION_RESULT(regs);
	u64 entry = entry_of(ipv6);
	struct entered *then;

	if (result >= 0)
		return 0;
	then = bpf_map_lookup_elem(&entered, &entry);
	if (then)
		on_connect_returned(then->sk, then->address, (int)then->length, result);
	return 0;
}

SEC("kprobe/tcp_v4_connect")
int connwatch_enter4(struct pt_regs *regs)
{
	return enter_connect(regs, 0);
}

SEC("kprobe/tcp_v6_connect")
int connwatch_enter6(struct pt_regs *regs)
{
	return enter_connect(regs, 1);
}

SEC("kretprobe/tcp_v4_connect")
int connwatch_return4(struct pt_regs *regs)
{
	return return_from_connect(regs, 0);
}

SEC("kretprobe/tcp_v6_connect")
int connwatch_return6(struct pt_regs *regs)
{
	return return_from_connect(regs, 1);
}

/* include/trace/events/syscalls.h */
struct syscall_exit {
	u64 common;
	long number;
	long result;
};

SEC("tp/syscalls/sys_exit_connect")
int connwatch_connect(struct syscall_exit *ctx)
{
	struct pt_regs *regs;
	long result = ctx->result;

	if (result >= 0)
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	on_syscall_returned((u32)SYSCALL_ARG1(regs), (const void *)SYSCALL_ARG2(regs),
			    (u32)SYSCALL_ARG3(regs), result);
	return 0;
}
