/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Where the programs hang that see connects which fail before a SYN. Which of them are loaded is --sync-failures. */
#ifndef CONNWATCH_SYNC_HOOKS_H
#define CONNWATCH_SYNC_HOOKS_H

#include "events/sync.bpf.h"

/* The first argument. On a lower rung as a number, because its cookie is calculated from its address. */
static __always_inline struct sock *socket_argument(unsigned long long *ctx)
{
#ifdef LOWER_RUNG
	struct sock *sk = NULL;

	bpf_probe_read_kernel(&sk, sizeof(sk), ctx);
	return sk;
#else
	return (struct sock *)ctx[0];
#endif
}

SEC("fexit/tcp_v4_connect")
int BPF_PROG(connwatch_connect4, struct sock *sk, const void *address, int length, int result)
{
	on_connect_returned(socket_argument(ctx), address, length, result);
	return 0;
}

SEC("fexit/tcp_v6_connect")
int BPF_PROG(connwatch_connect6, struct sock *sk, const void *address, int length, int result)
{
	on_connect_returned(socket_argument(ctx), address, length, result);
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

#endif
