/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What became of the records that no file descriptor leads to. Not every change of a
 * state is shown: a kernel may not run a program where it should, and what was found
 * while it ended nobody ends again. So a record says where its socket is, and a socket
 * says by its cookie, which is never given twice, whether it is still the same one.
 */
#ifndef CONNWATCH_SWEEP_H
#define CONNWATCH_SWEEP_H

#include "late.bpf.h"

/* Younger ones may be in the middle of the change that made them. */
#define SETTLED_NS 1000000000ULL

/* The memory may be another socket's by now, or nobody's. It is read with care, and the
 * cookie last: what was another socket's is then not taken. */
static __always_inline bool is_same(const struct cw_conn *conn)
{
	struct sock *sk = (struct sock *)conn->sock;
	u64 cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);

	return cookie == conn->cookie;
}

static __always_inline bool is_gone(const struct cw_conn *conn)
{
	struct sock *sk = (struct sock *)conn->sock;
	u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);

	/* One that listens has been closed, and is used anew. */
	return !is_same(conn) || state == TCP_CLOSE || state == TCP_LISTEN;
}

static __always_inline void sweep_slot(struct seq_file *seq, struct cw_conn *slot)
{
	u64 cookie = *(volatile u64 *)&slot->cookie;
	struct cw_conn conn;
	u8 outcome;
	u64 now;

	if (!cookie || cookie == SLOT_BUSY || slot->seen == scan)
		return;
	now = bpf_ktime_get_ns();
	conn = *slot;
	if (conn.cookie != cookie || conn.since + SETTLED_NS > now || !is_gone(&conn))
		return;
	/* Whoever ends or reuses it meanwhile has told what there is to tell. */
	if (*(volatile u64 *)&slot->since != conn.since ||
	    __sync_val_compare_and_swap(&slot->cookie, cookie, 0) != cookie)
		return;
	/* The end of one that was found may have been told while it was. */
	if (conn.flags & CW_FLAG_FOUND && !connecting(&conn))
		return;
	outcome = outcome_of_unshown((struct sock *)conn.sock);
	tell_late_end(seq, &conn, is_same(&conn) ? outcome : CW_OUT_OTHER, now);
}

#endif
