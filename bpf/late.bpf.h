/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Changes of a state that no program was run for, told when their effect is seen. */
#ifndef CONNWATCH_LATE_H
#define CONNWATCH_LATE_H

#include "transition.bpf.h"

/* When a record does not fit what read() can still give, the kernel shows the same
 * element again at the next read(): nothing may have been changed by then. */
static __always_inline bool has_room(struct seq_file *seq)
{
	struct {
		struct cw_event event;
		struct cw_netns netns;
	} most = {};

	if (seq->size - seq->count > sizeof(most))
		return true;
	bpf_seq_write(seq, &most, sizeof(most));
	return false;
}

/* How far a connection has come. */
static __always_inline u8 progress(u8 state)
{
	switch (state) {
	case TCP_SYN_SENT:
		return 0;
	case TCP_SYN_RECV:
		return 1;
	case TCP_ESTABLISHED:
		return 2;
	case TCP_FIN_WAIT1:
	case TCP_CLOSE_WAIT:
		return 3;
	default:
		return 4;
	}
}

/* `state` was read from the socket before the record was. The programs write it into
 * the record before the kernel writes it into the socket. */
static __always_inline void catch_up(struct seq_file *seq, struct sock *sk, struct tcp_sock *tcp,
				     struct cw_conn *conn, u8 state)
{
	struct cw_event event;

	if (progress(state) <= progress(*(volatile u8 *)&conn->state))
		return;
	if (claim_success(conn)) {
		fill_event(&event, sk, tcp, conn, CW_KIND_CONNECT, conn->since);
		bpf_seq_write(seq, &event, sizeof(event));
	}
	*(volatile u8 *)&conn->state = state;
}

/*
 * Why a connect failed whose end was not shown: by a packet or a timer, as what a process
 * does is shown. connect() has taken the error by now; then a SYN that had to be sent again
 * points to the timer. The socket is read with care: it may be gone.
 */
static __always_inline u8 outcome_of_unshown(struct sock *sk)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sk;
	int error = BPF_CORE_READ(sk, sk_err);

	if (!error)
		error = BPF_CORE_READ(sk, sk_err_soft);
	if (error)
		return outcome_of_error(error);
	return BPF_CORE_READ(tcp, total_retrans) ? CW_OUT_TIMEOUT : CW_OUT_REFUSED;
}

/* The socket is gone, and with it what it has moved since it was told last. */
static __always_inline void tell_late_end(struct seq_file *seq, const struct cw_conn *conn,
					  u8 outcome, u64 now)
{
	struct cw_event event = {};

	fill_known(&event, conn, connecting(conn) ? CW_KIND_CONNECT : CW_KIND_CLOSE, now);
	event.flags |= CW_FLAG_LATE;
	event.lport = conn->lport;
	event.outcome = connecting(conn) ? outcome : CW_OUT_SUCCESS;
	event.state = conn->state;
	bpf_seq_write(seq, &event, sizeof(event));
}

#endif
