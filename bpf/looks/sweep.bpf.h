/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Records whose socket is gone and whose end no program saw. One kernel runs no program at all in
 * some interrupts (docs/DECISIONS.md, decision 26), so unshown.bpf.h alone does not find them. User
 * space asks for a sweep when a scan has left old records over. A record says where its socket was,
 * and the socket's cookie, which is never given twice, says whether it is still there.
 */
#ifndef CONNWATCH_SWEEP_H
#define CONNWATCH_SWEEP_H

#include "looks/scan.bpf.h"

/* Whether a socket is the one of a record. */
static __always_inline bool is_still(struct sock *sk, u64 cookie, u16 rport)
{
#ifdef LOWER_RUNG /* It may have no cookie. */
	return bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport)) == rport;
#else
	return (u64)BPF_CORE_READ(sk, __sk_common.skc_cookie.counter) == cookie;
#endif
}

/* The memory may be another socket's by now, or nobody's. It is read with care, and what identifies the
 * socket last: what was another socket's is then not taken. */
static __always_inline bool is_gone(struct sock *sk, u64 cookie, u16 rport)
{
	u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);

	/* One that listens has been closed, and is used anew. */
	return !is_still(sk, cookie, rport) || state == TCP_CLOSE || state == TCP_LISTEN;
}

/* The error of a connect whose socket is closed and still held; 0 of one that is gone: nobody knows. */
static __always_inline int error_of_gone(struct sock *sk, u64 cookie, u16 rport, u64 ns)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sk;
	int error = BPF_CORE_READ(sk, sk_err);
	u32 retransmits = BPF_CORE_READ(tcp, total_retrans);

	if (!error)
		error = BPF_CORE_READ(sk, sk_err_soft);
	if (!is_still(sk, cookie, rport))
		return 0;
	return error_that_was(error, retransmits, ns);
}

/* The end of a socket that can be asked no more. */
static __always_inline void report_gone(struct seq_file *seq, const struct cw_conn *conn, u64 opened)
{
	u64 now = bpf_ktime_get_ns();
	u16 flags = owner_flags(conn->owner) | conn->flags | CW_FLAG_LATE;
	struct cw_event event = {};

	if (opened && !(opened & CW_COUNTED))
		flags |= CW_FLAG_OPENED;
	begin_record(&event, opened ? CW_KIND_CLOSE : CW_KIND_CONNECT, flags, conn->netns);
	event.time = now;
	event.cookie = conn->cookie;
	event.owner = conn->owner;
	event.cgroup = conn->cgroup;
	__builtin_memcpy(event.raddr, conn->raddr, CW_ADDR_LEN);
	event.lport = conn->lport;
	event.rport = conn->rport;
	event.duration = now - conn->since;
	if (!opened) {
		int error = error_of_gone((struct sock *)conn->sock, conn->cookie, conn->rport,
					  now - conn->since);

		event.error = (u16)error;
		event.outcome = error ? outcome_of_error(error) : CW_OUT_OTHER;
	}
	event.role = conn->role;
	event.syn_retransmits = conn->syn_retransmits;
	event.state = conn->state;
	bpf_seq_write(seq, &event, sizeof(event));
}

#ifndef LOWER_RUNG

static __always_inline void sweep_slot(struct seq_file *seq, struct cw_conn *slot)
{
	u64 cookie = *(volatile u64 *)&slot->cookie;
	u64 since = slot->since, sock = slot->sock;
	struct cw_conn conn;

	if (!cookie || cookie == SLOT_BUSY || slot->seen == scan ||
	    since + SETTLED_NS > bpf_ktime_get_ns() || !is_gone((struct sock *)sock, cookie, slot->rport))
		return;
	/* Whoever ends or reuses it meanwhile has reported what there is to report. */
	if (*(volatile u64 *)&slot->since != since ||
	    __sync_val_compare_and_swap(&slot->cookie, cookie, SLOT_BUSY) != cookie)
		return;
	conn = *slot;
	conn.cookie = cookie;
	report_gone(seq, &conn, __sync_lock_test_and_set(&slot->opened, CW_COUNTED));
	__sync_lock_test_and_set(&slot->cookie, 0);
}

#else

/* A program that ends an element deletes it next; one that is left was missed. */
static __always_inline void sweep_slot(struct seq_file *seq, struct cw_conn *slot)
{
	struct cw_conn conn = *slot;

	if (!conn.cookie || conn.seen == scan || conn.since + SETTLED_NS > bpf_ktime_get_ns() ||
	    !is_gone((struct sock *)conn.sock, conn.cookie, conn.rport) || slot->since != conn.since)
		return;
	report_gone(seq, &conn, conn.opened);
	bpf_map_delete_elem(&conns, &conn.cookie);
}

#endif

#endif
