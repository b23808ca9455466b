/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A connect attempt: begun, established, failed. */
#ifndef CONNWATCH_CONNECT_H
#define CONNWATCH_CONNECT_H

#include "events/mptcp.bpf.h"
#include "base/outcome.bpf.h"
#include "events/record.bpf.h"

static __always_inline u64 *mark_slot(u64 cookie)
{
	return &marks[(u32)cookie & (MARK_SLOTS - 1)];
}

/* This failure has been counted: the program that observes the return of connect() must not count
 * it again (sync.bpf.h). */
static __always_inline void mark_counted(u64 cookie)
{
	*mark_slot(cookie) = cookie;
}

/* A client's start record, without its owner. NULL: no memory, which is counted. */
static __always_inline struct cw_conn *begin_attempt(struct sock *sk, struct tcp_sock *tcp,
						     u64 cookie)
{
	struct cw_conn *conn = claim_conn(sk, cookie);

	if (!conn) {
		count_loss(CW_LOSS_START_STORE, CW_OUT_OTHER);
		return NULL;
	}
	conn->opened = 0;
	conn->since = bpf_ktime_get_ns();
	remote_address(conn->raddr, sk);
	conn->netns = netns_of(tcp);
	conn->state = TCP_SYN_SENT;
	conn->role = CW_ROLE_CLIENT;
	conn->rport = bpf_ntohs(GET(sk, __sk_common.skc_dport));
	conn->lport = 0;
	conn->segs_out = GET(tcp, segs_out);
	conn->sent_told = 0;
	conn->received_told = 0;
	conn->retransmits_told = 0;
	conn->seen = 0;
	conn->sock = (u64)sk;
	conn->syn_retransmits = 0;
	return conn;
}

/* CLOSE -> SYN_SENT: the current task is the one that called connect(). */
static __always_inline void on_connect(struct sock *sk, u64 cookie)
{
	struct tcp_sock *tcp = tcp_of(sk);
	struct cw_conn *conn;
	u64 cgroup = 0;

	if (!tcp)
		return;
	conn = begin_attempt(sk, tcp, cookie);
	if (!conn)
		return;
	conn->owner = current_owner(&cgroup);
	conn->cgroup = cgroup;
	if (conn->owner == CW_OWNER_KERNEL)
		inherit_from_first_subflow(tcp, conn);
	publish_conn(conn, cookie);
}

/* What a record that found no room would have reported. */
static __noinline void fold_attempt(const struct cw_conn *conn, u32 outcome, u32 retransmits)
{
	struct cw_fold amount = { .syn_retransmits = retransmits };

	fold_record(conn->cgroup, conn->netns, outcome, &amount);
}

/* A success whose record cannot wait for the end. The program that sets `opened` reports it. */
static __noinline void report_success(struct sock *sk, struct tcp_sock *tcp, struct cw_conn *conn,
				      u64 now)
{
	struct cw_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (__sync_val_compare_and_swap(&conn->opened, 0, now | CW_COUNTED)) {
		if (event)
			bpf_ringbuf_discard(event, BPF_RB_NO_WAKEUP);
		return;
	}
	if (!event) {
		fold_attempt(conn, CW_OUT_SUCCESS, conn->syn_retransmits);
		return;
	}
	fill_event(event, sk, tcp, conn, CW_KIND_CONNECT, 0, now);
	event->duration = now - conn->since;
	submit(event);
}

/* SYN_SENT -> ESTABLISHED, or by SYN_RECV where both sides connect at once. */
static __always_inline void on_connected(struct sock *sk, struct cw_conn *conn)
{
	struct tcp_sock *tcp = tcp_of(sk);
	u64 now = bpf_ktime_get_ns();

	if (!tcp)
		return;
	conn->retransmits_told = GET(tcp, total_retrans);
	conn->syn_retransmits = capped(conn->retransmits_told);
	if (reports_at_once(conn))
		report_success(sk, tcp, conn, now);
	else
		__sync_val_compare_and_swap(&conn->opened, 0, now & ~CW_COUNTED);
}

static __always_inline void end_connecting(struct cw_conn *conn, u8 state, u64 now)
{
	*(volatile u8 *)&conn->state = state;
	*(volatile u64 *)&conn->opened = now | CW_COUNTED;
}

/*
 * The state moves on after the record has its place in the ring and before the record
 * can be read there: a reader that still finds the socket connecting has not read
 * how it ended, so nothing is both pending and ended.
 */
static __always_inline void end_attempt(struct sock *sk, struct tcp_sock *tcp, struct cw_conn *conn,
					u8 outcome, int error, u8 state, u16 flags)
{
	struct cw_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	u32 retransmits = GET(tcp, total_retrans);
	u64 now = bpf_ktime_get_ns();

	/* One check, at once: before 6.3 the verifier forgets that a record is not NULL. */
	if (!event) {
		end_connecting(conn, state, now);
		return fold_attempt(conn, outcome, retransmits);
	}
	end_connecting(conn, state, now);
	fill_event(event, sk, tcp, conn, CW_KIND_CONNECT, flags, now);
	event->duration = now - conn->since;
	event->outcome = outcome;
	event->error = (u16)error;
	event->syn_retransmits = capped(retransmits);
	submit(event);
}

/* A failed attempt: SYN_SENT -> CLOSE, or the socket is gone. */
static __always_inline void on_failed(struct sock *sk, struct tcp_sock *tcp, struct cw_conn *conn,
				      u8 outcome, int error, bool syn_queued)
{
	/* Before the record: a program that observes the return of connect() may run as soon as
	 * the record is there. */
	if (sync_failures == SYNC_SYSCALL || (sync_failures && !syn_queued))
		mark_counted(conn->cookie);
	end_attempt(sk, tcp, conn, outcome, error, TCP_CLOSE, syn_queued ? 0 : CW_FLAG_NO_SYN);
	free_conn(sk, conn);
}

/* SYN_SENT -> CLOSE. */
static __always_inline void on_refused(struct sock *sk, struct tcp_sock *tcp, struct cw_conn *conn)
{
	bool syn_queued = GET(tcp, segs_out) != conn->segs_out;
	int error = GET(sk, sk_err);

	/* A peer that refuses leaves ECONNREFUSED (tcp_reset): this is what an earlier
	 * connect(AF_UNSPEC) on this socket left behind. */
	if (error == CW_ECONNRESET && conn->state == TCP_SYN_SENT)
		error = 0;
	/* Nobody has answered what was not sent: the error is an old one that nobody has read. */
	if (!syn_queued)
		error = 0;
	on_failed(sk, tcp, conn,
		  outcome_of_failure(error, syn_queued, !syn_queued && is_deferred(sk),
				     GET(tcp, total_retrans)),
		  error, syn_queued);
}

#endif
