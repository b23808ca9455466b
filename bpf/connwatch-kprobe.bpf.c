// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* The kprobe rung, the last one: where each program hangs, and nothing else. */
#define LOWER_RUNG
#include "events/transition.bpf.h"
#include "base/object.bpf.h"

/* net/ipv4/tcp.c: every change of a state but the two below. The socket still has the old one. */
SEC("kprobe/tcp_set_state")
int connwatch_state(struct pt_regs *regs)
{
	struct sock *sk = (struct sock *)FUNCTION_ARG1(regs);

	on_transition(sk, GET(sk, __sk_common.skc_state), (int)FUNCTION_ARG2(regs));
	return 0;
}

/*
 * net/ipv4/tcp_output.c: the SYN is about to be sent. The state has changed before, so there is something to do only
 * where the kernel has skipped the program above.
 */
SEC("kprobe/tcp_connect")
int connwatch_syn(struct pt_regs *regs)
{
	struct sock *sk = (struct sock *)FUNCTION_ARG1(regs);
	u64 cookie = socket_cookie(sk);

	if (GET(sk, __sk_common.skc_state) == TCP_SYN_SENT && !find_conn(sk, cookie))
		on_connect(sk, cookie);
	return 0;
}

/* net/ipv4/inet_connection_sock.c, for TCP and MPTCP: CLOSE -> LISTEN. */
SEC("kprobe/inet_csk_listen_start")
int connwatch_listen(struct pt_regs *regs)
{
	struct sock *sk = (struct sock *)FUNCTION_ARG1(regs);

	if (GET(sk, sk_protocol) == IPPROTO_TCP)
		on_listen(sk);
	return 0;
}

/* The same file: LISTEN -> SYN_RECV, of a child that is still a copy of its listener. */
SEC("kretprobe/inet_csk_clone_lock")
int connwatch_child(struct pt_regs *regs)
{
	struct sock *child = (struct sock *)FUNCTION_RESULT(regs);

	if (child && GET(child, sk_protocol) == IPPROTO_TCP)
		on_child(child);
	return 0;
}

/* net/ipv4/tcp_ipv4.c, of IPv6 too. */
SEC("kprobe/tcp_v4_destroy_sock")
int connwatch_destroy(struct pt_regs *regs)
{
	on_gone((struct sock *)FUNCTION_ARG1(regs));
	return 0;
}

/* net/ipv4/tcp_output.c */
SEC("kprobe/tcp_rtx_synack")
int connwatch_synack(struct pt_regs *regs)
{
	on_synack_again((struct sock *)FUNCTION_ARG1(regs));
	return 0;
}

#include "looks/looks-lower.bpf.h"
#include "events/sync-hooks.bpf.h"
