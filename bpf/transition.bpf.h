/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What a change of a TCP socket's state means. One function for each meaning. */
#ifndef CONNWATCH_TRANSITION_H
#define CONNWATCH_TRANSITION_H

#include "record.bpf.h"
#include "mptcp.bpf.h"
#include "listen.bpf.h"
#include "outcome.bpf.h"

/* CLOSE -> SYN_SENT: the current task is the one that called connect(). */
static __always_inline void on_connect(struct sock *sk)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct cw_conn conn = {};

	if (!tcp)
		return;
	conn.cookie = socket_cookie(sk);
	conn.owner = current_owner(&conn.cgroup);
	if (conn.owner == CW_OWNER_KERNEL)
		inherit_from_first_subflow(tcp, &conn);
	conn.since = bpf_ktime_get_ns();
	conn.netns = netns_of(tcp);
	conn.attempt = next_attempt(conn.cookie);
	conn.state = TCP_SYN_SENT;
	conn.role = CW_ROLE_CLIENT;
	remote_address(conn.raddr, sk);
	conn.rport = bpf_ntohs(sk->__sk_common.skc_dport);
	conn.segs_out = tcp->segs_out;
	if (!store_conn(sk, &conn))
		count_loss(CW_LOSS_START_STORE, CW_OUT_OTHER);
}

/*
 * The state is moved on after the record has its place in the ring and before it
 * can be read there: a reader who still sees the socket connecting has not read
 * how it ended, so nothing is both pending and ended.
 */
static __always_inline void end_attempt(struct sock *sk, struct cw_conn *conn, u8 outcome,
					int error, u8 state, u32 retransmits, u16 flags,
					u64 now)
{
	struct cw_event *event = begin_event(sk, conn, CW_KIND_CONNECT, outcome, now);

	*(volatile u8 *)&conn->state = state;
	if (!event) {
		struct cw_fold amount = { .syn_retransmits = retransmits };

		fold_record(conn->cgroup, conn->netns, outcome, &amount);
		return;
	}
	event->flags |= flags;
	event->outcome = outcome;
	event->error = (u16)error;
	event->syn_retransmits = retransmits > 255 ? 255 : retransmits;
	submit(event);
}

/* SYN_SENT -> ESTABLISHED, or by SYN_RECV where both sides connect at once. */
static __always_inline void on_connected(struct sock *sk, struct cw_conn *conn)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	u32 retransmits = tcp ? tcp->total_retrans : 0;
	u64 now = bpf_ktime_get_ns();

	end_attempt(sk, conn, CW_OUT_SUCCESS, 0, TCP_ESTABLISHED, retransmits, 0, now);
	conn->since = now;
	conn->retransmits_told = retransmits;
}

/* SYN_SENT -> CLOSE. */
static __always_inline void on_failed(struct sock *sk, struct cw_conn *conn)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	int error = sk->sk_err;
	bool syn_queued;
	u8 outcome;

	if (!tcp)
		return;
	/* A peer that refuses leaves ECONNREFUSED (tcp_reset): this is what an earlier
	 * connect(AF_UNSPEC) on this socket left behind. */
	if (error == CW_ECONNRESET && conn->state == TCP_SYN_SENT)
		error = 0;
	syn_queued = tcp->segs_out != conn->segs_out;
	/* Nobody has answered what was not sent: it is an error that was not taken before. */
	if (!syn_queued)
		error = 0;
	outcome = outcome_of_failure(error, syn_queued,
				     !syn_queued && is_deferred(sk),
				     tcp->total_retrans);
	/* Before the record is there, because whoever sees connect() return may be next. */
	remember_attempt(conn->cookie, conn->attempt,
			 sync_failures == SYNC_SYSCALL || (sync_failures && !syn_queued) ?
				 ATTEMPT_UNTOLD : 0);
	end_attempt(sk, conn, outcome, error, TCP_CLOSE, tcp->total_retrans,
		    syn_queued ? 0 : CW_FLAG_NO_SYN, bpf_ktime_get_ns());
	free_conn(sk, conn->cookie);
}

static __always_inline void tell_accept(struct sock *sk, const struct cw_conn *conn, u64 now)
{
	struct cw_event *event = begin_event(sk, conn, CW_KIND_ACCEPT, CW_CLASS_ACCEPT, now);
	struct cw_fold amount = {};

	if (event)
		submit(event);
	else
		fold_record(conn->cgroup, conn->netns, CW_CLASS_ACCEPT, &amount);
}

/*
 * A socket that never connected leaves SYN_RECV: a listener's child, which the
 * kernel counts in PassiveOpens. With TCP Fast Open its owner may have accepted,
 * answered and closed it before the handshake is over, or a reset ends it, so not
 * all of them become established. Often in softirq: the current task is a stranger.
 */
static __always_inline void on_accepted(struct sock *sk, u64 cookie, int to)
{
	struct listener *listener = bpf_sk_storage_get(&listeners, sk, 0, 0);
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct cw_conn conn = {};

	if (!tcp || (to == TCP_CLOSE && !listener))
		return;
	conn.cookie = cookie;
	conn.since = bpf_ktime_get_ns();
	if (listener) {
		conn.owner = listener->owner;
		conn.cgroup = listener->cgroup;
	}
	conn.netns = netns_of(tcp);
	conn.state = (u8)to;
	conn.role = CW_ROLE_SERVER;
	remote_address(conn.raddr, sk);
	conn.rport = bpf_ntohs(sk->__sk_common.skc_dport);
	conn.lport = sk->__sk_common.skc_num;
	conn.retransmits_told = tcp->total_retrans;
	if (to != TCP_CLOSE && !store_conn(sk, &conn))
		count_loss(CW_LOSS_START_STORE, CW_CLASS_ACCEPT);
	tell_accept(sk, &conn, conn.since);
}

/* Any state after ESTABLISHED -> CLOSE. A reset here is no failed connect. */
static __always_inline void on_closed(struct sock *sk, struct cw_conn *conn, int from)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	u16 flags = conn->flags | reset_flags(sk, from);
	u32 what = conn->role == CW_ROLE_SERVER ? CW_CLASS_CLOSE_SERVER : CW_CLASS_CLOSE_CLIENT;
	struct cw_fold amount = {};
	struct cw_event *event;

	if (tcp)
		take_told(sk, tcp, conn, &amount);
	event = begin_event(sk, conn, CW_KIND_CLOSE, what, bpf_ktime_get_ns());
	if (event) {
		event->flags |= flags;
		event->state = (u8)from;
		event->bytes_sent = amount.bytes_sent;
		event->bytes_received = amount.bytes_received;
		event->data_retransmits = (u32)amount.data_retransmits;
		submit(event);
	} else {
		amount.resets_in = !!(flags & CW_FLAG_RESET_IN);
		amount.resets_out = !!(flags & CW_FLAG_RESET_OUT);
		fold_record(conn->cgroup, conn->netns, what, &amount);
	}
	free_conn(sk, conn->cookie);
}

/* Found by a scan, but its listener was known when it came: it was not shown. */
static __always_inline void tell_unshown_accept(struct sock *sk, struct cw_conn *conn)
{
	struct listener *listener = bpf_sk_storage_get(&listeners, sk, 0, 0);

	if (conn->role != CW_ROLE_SERVER || !listener || listener->early)
		return;
	conn->flags = CW_FLAG_LATE;
	tell_accept(sk, conn, bpf_ktime_get_ns());
}

/*
 * Whether this change has been seen: what is done when one into LISTEN, or a second
 * one into CLOSE, is seen again is nothing.
 */
static __always_inline bool transition_is_done(struct sock *sk, int to)
{
	struct cw_conn *conn = find_conn(sk, socket_cookie(sk));

	return conn && conn->state == to;
}

static __always_inline void do_transition(struct sock *sk, int from, int to)
{
	struct cw_conn *conn;
	u64 cookie;

	/* MPTCP's own socket changes state too; its TCP subflows are what is counted. */
	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	if (to == TCP_SYN_SENT)
		return on_connect(sk);
	if (to == TCP_LISTEN)
		return on_listen(sk);
	if (from == TCP_LISTEN) {
		/* Else it is a listener's child, which begins as its copy. */
		if (to == TCP_CLOSE)
			on_unlisten(sk);
		return;
	}
	cookie = socket_cookie(sk);
	conn = find_conn(sk, cookie);
	if (!conn) {
		if (from == TCP_SYN_RECV)
			on_accepted(sk, cookie, to);
		return;
	}
	if (conn->flags & CW_FLAG_FOUND)
		tell_unshown_accept(sk, conn);
	if (from != TCP_SYN_SENT && from != TCP_SYN_RECV && claim_success(conn))
		on_connected(sk, conn);
	if (to == TCP_CLOSE)
		return connecting(conn) ? on_failed(sk, conn) : on_closed(sk, conn, from);
	if (to == TCP_ESTABLISHED)
		return on_connected(sk, conn);
	/* Its owner closes it before the handshake of a simultaneous open is over. */
	if (connecting(conn) && to != TCP_SYN_RECV)
		return end_attempt(sk, conn, CW_OUT_CANCELLED, 0, (u8)to, 0, 0, bpf_ktime_get_ns());
	conn->state = (u8)to;
}

/* One copy of it, although two programs call it. */
static __noinline int on_transition(struct sock *sk, int from, int to)
{
	do_transition(sk, from, to);
	return 0;
}

#endif
