/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What a change of a TCP socket's state means. One function for each meaning. */
#ifndef CONNWATCH_TRANSITION_H
#define CONNWATCH_TRANSITION_H

#include "conn.bpf.h"
#include "outcome.bpf.h"
#include "owner.bpf.h"
#include "socket.bpf.h"

/* Writes what every record of a socket has. */
static __always_inline struct cw_event *begin_event(struct sock *sk, const struct cw_conn *conn,
						    u8 kind, u32 class, u64 now)
{
	struct cw_event *event = reserve(sizeof(*event), class);
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);

	if (!event)
		return NULL;
	if (!tcp) {
		bpf_ringbuf_discard(event, BPF_RB_NO_WAKEUP);
		return NULL;
	}
	event->version = CW_ABI_VERSION;
	event->kind = kind;
	event->flags = conn->owner == CW_OWNER_KERNEL ? CW_FLAG_KERNEL | CW_FLAG_OWNER :
		       conn->owner ? CW_FLAG_OWNER : 0;
	event->netns = conn->netns;
	event->time = now;
	event->cookie = conn->cookie;
	event->owner = conn->owner;
	event->cgroup = conn->cgroup;
	local_address(event->laddr, sk);
	__builtin_memcpy(event->raddr, conn->raddr, CW_ADDR_LEN);
	event->lport = bpf_ntohs(tcp->inet_conn.icsk_inet.inet_sport);
	event->rport = conn->rport;
	event->attempt = conn->attempt;
	event->error = (u16)sk->sk_err;
	event->duration = now - conn->since;
	event->outcome = CW_OUT_SUCCESS;
	event->role = conn->role;
	event->family = address_family(conn->raddr);
	event->syn_retransmits = 0;
	event->srtt_us = tcp->srtt_us >> 3;
	event->bytes_sent = tcp->bytes_acked;
	event->bytes_received = tcp->bytes_received;
	event->data_retransmits = 0;
	event->reserved = 0;
	return event;
}

/* CLOSE -> LISTEN: the current task is the one that called listen(). */
static __always_inline void on_listen(struct sock *sk)
{
	struct listener *listener =
		bpf_sk_storage_get(&listeners, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!listener) {
		count_loss(CW_LOSS_OWNER_STORE, CW_CLASS_ACCEPT);
		return;
	}
	listener->owner = current_owner();
	listener->cgroup = bpf_get_current_cgroup_id();
}

/* CLOSE -> SYN_SENT: the current task is the one that called connect(). */
static __always_inline void on_connect(struct sock *sk)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct cw_conn conn = {};

	if (!tcp)
		return;
	conn.cookie = socket_cookie(sk);
	conn.owner = current_owner();
	conn.since = bpf_ktime_get_ns();
	conn.cgroup = bpf_get_current_cgroup_id();
	conn.netns = sk->__sk_common.skc_net.net->ns.inum;
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
					u8 state, u32 retransmits, u16 flags, u64 now)
{
	struct cw_event *event = begin_event(sk, conn, CW_KIND_CONNECT, outcome, now);

	*(volatile u8 *)&conn->state = state;
	if (!event)
		return;
	event->flags |= flags;
	event->outcome = outcome;
	event->syn_retransmits = retransmits > 255 ? 255 : retransmits;
	submit(event);
}

/* SYN_SENT -> ESTABLISHED, or by SYN_RECV where both sides connect at once. */
static __always_inline void on_connected(struct sock *sk, struct cw_conn *conn)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	u64 now = bpf_ktime_get_ns();

	end_attempt(sk, conn, CW_OUT_SUCCESS, TCP_ESTABLISHED, tcp ? tcp->total_retrans : 0, 0,
		    now);
	conn->since = now;
}

/* SYN_SENT -> CLOSE. */
static __always_inline void on_failed(struct sock *sk, struct cw_conn *conn)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	bool syn_queued;
	u8 outcome;

	if (!tcp)
		return;
	syn_queued = tcp->segs_out != conn->segs_out;
	outcome = outcome_of_failure(sk->sk_err, syn_queued, tcp->total_retrans);
	end_attempt(sk, conn, outcome, TCP_CLOSE, tcp->total_retrans,
		    syn_queued ? 0 : CW_FLAG_NO_SYN, bpf_ktime_get_ns());
	remember_attempt(conn->cookie, conn->attempt);
	free_conn(sk, conn->cookie);
}

/* SYN_RECV -> ESTABLISHED of a socket that never connected: a listener's child.
 * Often in softirq: the current task is a stranger. */
static __always_inline void on_accepted(struct sock *sk, u64 cookie)
{
	struct listener *listener = bpf_sk_storage_get(&listeners, sk, 0, 0);
	struct cw_conn conn = {};
	struct cw_event *event;

	conn.cookie = cookie;
	conn.since = bpf_ktime_get_ns();
	if (listener) {
		conn.owner = listener->owner;
		conn.cgroup = listener->cgroup;
	}
	conn.netns = sk->__sk_common.skc_net.net->ns.inum;
	conn.state = TCP_ESTABLISHED;
	conn.role = CW_ROLE_SERVER;
	remote_address(conn.raddr, sk);
	conn.rport = bpf_ntohs(sk->__sk_common.skc_dport);
	conn.lport = sk->__sk_common.skc_num;
	if (!store_conn(sk, &conn))
		count_loss(CW_LOSS_START_STORE, CW_CLASS_ACCEPT);
	event = begin_event(sk, &conn, CW_KIND_ACCEPT, CW_CLASS_ACCEPT, conn.since);
	if (event)
		submit(event);
}

/* Any state after ESTABLISHED -> CLOSE. A reset here is no failed connect. */
static __always_inline void on_closed(struct sock *sk, struct cw_conn *conn)
{
	struct cw_event *event =
		begin_event(sk, conn, CW_KIND_CLOSE, CW_CLASS_CLOSE, bpf_ktime_get_ns());

	if (event)
		submit(event);
	free_conn(sk, conn->cookie);
}

static __always_inline bool connecting(const struct cw_conn *conn)
{
	return conn->state == TCP_SYN_SENT || conn->state == TCP_SYN_RECV;
}

static __always_inline void on_transition(struct sock *sk, int from, int to)
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
	if (from == TCP_LISTEN)
		return;
	cookie = socket_cookie(sk);
	conn = find_conn(sk, cookie);
	if (!conn) {
		if (from == TCP_SYN_RECV && to == TCP_ESTABLISHED)
			on_accepted(sk, cookie);
		return;
	}
	if (to == TCP_CLOSE)
		return connecting(conn) ? on_failed(sk, conn) : on_closed(sk, conn);
	if (to == TCP_ESTABLISHED)
		return on_connected(sk, conn);
	conn->state = (u8)to;
}

#endif
