// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* What it costs to look at all: a program that does nothing, on our tracepoint. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(bench_empty, struct sock *sk, int from, int to)
{
	return 0;
}
