/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What a change of a TCP socket's state means. */
#ifndef CONNWATCH_TRANSITION_H
#define CONNWATCH_TRANSITION_H

#include "events/listen.bpf.h"
#include "events/unshown.bpf.h"

/* Between ESTABLISHED and CLOSE. */
static __always_inline bool is_closing(int state)
{
	const u32 closing = 1 << TCP_FIN_WAIT1 | 1 << TCP_FIN_WAIT2 | 1 << TCP_CLOSE_WAIT |
			    1 << TCP_LAST_ACK | 1 << TCP_CLOSING;

	return closing >> (state & 31) & 1;
}

static __always_inline void on_known(struct sock *sk, struct cw_conn *conn, int from, int to)
{
	struct tcp_sock *tcp;

	/* The commonest first: nothing to tell. */
	if (is_closing(to) && !connecting(conn)) {
		*(volatile u8 *)&conn->state = (u8)to;
		return;
	}
	if (connecting(conn) && from != TCP_SYN_SENT && from != TCP_SYN_RECV)
		connected_unseen(sk, conn);
	if (to == TCP_ESTABLISHED) {
		on_connected(sk, conn);
		*(volatile u8 *)&conn->state = (u8)to;
		return;
	}
	tcp = tcp_of(sk);
	if (!tcp)
		return;
	if (to == TCP_CLOSE) {
		if (connecting(conn))
			on_refused(sk, tcp, conn);
		else
			on_closed(sk, tcp, conn, from, 0);
		return;
	}
	/* Its owner closes it before the handshake of a simultaneous open is over. */
	if (connecting(conn) && to != TCP_SYN_RECV)
		return end_attempt(sk, tcp, conn, CW_OUT_CANCELLED, 0, (u8)to, 0);
	*(volatile u8 *)&conn->state = (u8)to;
}

static __always_inline void on_transition(struct sock *sk, int from, int to)
{
	struct cw_conn *conn;
	u64 cookie;

	/* MPTCP's own socket changes state too; its TCP subflows are what is counted. */
	if (GET(sk, sk_protocol) != IPPROTO_TCP)
		return;
	if (from == TCP_LISTEN) {
		/* A listener's child begins as its copy. */
		if (to == TCP_SYN_RECV)
			on_child(sk);
		else if (to == TCP_CLOSE)
			on_unlisten(sk);
		return;
	}
	if (to == TCP_LISTEN)
		return on_listen(sk);
	cookie = socket_cookie(sk);
	conn = find_conn(sk, cookie);
	if (to == TCP_SYN_SENT) {
		if (conn)
			end_unseen(sk, conn);
		return on_connect(sk, cookie);
	}
	if (!conn) {
		conn = conn_of_unseen(sk, cookie, from, to);
		if (!conn || from == TCP_SYN_RECV)
			return;
	}
	on_known(sk, conn, from, to);
}

#endif
