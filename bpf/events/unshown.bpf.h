/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Changes of a state that no program saw, deduced from what comes after.
 *
 * The kernel skips a program that already runs on the CPU (kernel/trace/bpf_trace.c): when a
 * softirq interrupts the program on inet_sock_set_state, the changes that the softirq makes go
 * unseen. The next change of the same socket repairs that. If there is none, the programs on
 * inet_sk_error_report and tcp_destroy_sock do: they are other programs, so one of them and the
 * first are never skipped together.
 */
#ifndef CONNWATCH_UNSHOWN_H
#define CONNWATCH_UNSHOWN_H

#include "events/accept.bpf.h"
#include "events/close.bpf.h"
#include "events/connect.bpf.h"

/* A child has its listener's backlog (sk_clone copies it); a client has none. */
static __always_inline u8 role_of(struct sock *sk)
{
	return GET(sk, sk_max_ack_backlog) ? CW_ROLE_SERVER : CW_ROLE_CLIENT;
}

/*
 * Whether the accept of a socket that is not known was skipped. Else the socket is from before:
 * the first scan finds all that descriptors hold, and a listener from before says how long its
 * queue may hold others (enum early). An orphan is never ESTABLISHED or CLOSE_WAIT.
 */
static __always_inline bool was_accepted_unseen(struct sock *sk, struct tcp_sock *tcp, int state)
{
	struct listener *listener;

	if ((state != TCP_ESTABLISHED && state != TCP_CLOSE_WAIT) || !scanned ||
	    role_of(sk) != CW_ROLE_SERVER)
		return false;
	listener = listener_of_port(netns_of(tcp), GET(sk, __sk_common.skc_num));
	return listener && !listener->early;
}

/* The start record of a socket that has none although it leaves `from`; NULL where there is
 * nothing to count. */
static __noinline struct cw_conn *conn_of_unseen(struct sock *sk, u64 cookie, int from, int to)
{
	struct tcp_sock *tcp = tcp_of(sk);
	struct child *child = child_slot((u64)sk);
	struct cw_conn *conn;

	if (!tcp)
		return NULL;
	if (from == TCP_SYN_RECV)
		return on_accepted(sk, tcp, cookie, (u8)to, 0);
	if (from == TCP_SYN_SENT && scanned) {
		conn = begin_attempt(sk, tcp, cookie);
		if (!conn)
			return NULL;
		conn->owner = 0;
		conn->cgroup = 0;
		conn->segs_out = 0;
		conn->flags |= CW_FLAG_LATE;
		publish_conn(conn, cookie);
		return conn;
	}
	if (child->sock == (u64)sk || was_accepted_unseen(sk, tcp, from))
		return on_accepted(sk, tcp, cookie, (u8)from, CW_FLAG_LATE);
	return NULL;
}

/* The success of a connect that is established although nobody saw it become so. */
static __always_inline void connected_unseen(struct sock *sk, struct cw_conn *conn)
{
	conn->flags |= CW_FLAG_LATE;
	on_connected(sk, conn);
}

/*
 * Why a connect failed whose end was skipped: by a packet or a timer, as the programs see what a
 * process does. connect() may have taken the error by now; then a SYN that had to be sent again, or
 * the time, points to the timer.
 */
static __always_inline int error_of_unseen(struct sock *sk, struct tcp_sock *tcp,
					   const struct cw_conn *conn)
{
	int error = GET(sk, sk_err);

	if (!error)
		error = BPF_CORE_READ(sk, sk_err_soft);
	return error_that_was(error, GET(tcp, total_retrans), bpf_ktime_get_ns() - conn->since);
}

/* Ends a record whose socket has been closed unseen. */
static __noinline int end_unseen(struct sock *sk, struct cw_conn *conn)
{
	struct tcp_sock *tcp = tcp_of(sk);

	if (!tcp || !conn)
		return 0;
	/* An acknowledged SYN counts in bytes_acked (tcp_snd_una_update). */
	if (connecting(conn) && GET(tcp, bytes_acked))
		connected_unseen(sk, conn);
	if (connecting(conn)) {
		int error = error_of_unseen(sk, tcp, conn);

		conn->flags |= CW_FLAG_LATE;
		on_failed(sk, tcp, conn, outcome_of_error(error), error, true);
		return 0;
	}
	on_closed(sk, tcp, conn, conn->state, CW_FLAG_LATE);
	return 0;
}

/* A socket that is closed: most have been ended by the change to CLOSE. */
static __always_inline void on_gone(struct sock *sk)
{
	u64 cookie = given_cookie(sk);
	struct cw_conn *conn = cookie ? find_conn(sk, cookie) : NULL;

	if (conn)
		end_unseen(sk, conn);
}

#endif
