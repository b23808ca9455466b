// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * Attached after the agent: between the agent's program and the store of the new state pass 200 us, as with
 * many agents, or where a hypervisor stops the CPU. For test/kernel/connections/slow-end.test.ts.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define CLOSE 7
#define HELD_NS 200000

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(bench_slow, struct sock *sk, int from, int to)
{
	unsigned long long begin = bpf_ktime_get_ns();

	if (to != CLOSE)
		return 0;
	for (int i = 0; i < 4000; i++)
		if (bpf_ktime_get_ns() - begin > HELD_NS)
			break;
	return 0;
}
