/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The end of an established connection. */
#ifndef CONNWATCH_CLOSE_H
#define CONNWATCH_CLOSE_H

#include "events/record.bpf.h"

/* What the record of a close would have reported, and of the beginning if that is not counted yet. */
static __noinline void fold_close(const struct cw_conn *conn, struct cw_fold *amount, u32 what,
				  bool uncounted)
{
	u32 beginning = conn->role == CW_ROLE_SERVER ? CW_CLASS_ACCEPT : CW_OUT_SUCCESS;
	struct cw_fold begun = { .syn_retransmits = conn->syn_retransmits };

	fold_record(conn->cgroup, conn->netns, what, amount);
	if (!uncounted)
		return;
	fold_record(conn->cgroup, conn->netns, beginning, &begun);
}

/*
 * The record of a close has what was moved since the last report. Whoever looks at single
 * connections needs the whole. No count depends on this record, so its loss is not counted.
 */
static __noinline void report_total(struct sock *sk, struct tcp_sock *tcp, struct cw_conn *conn)
{
	struct cw_event *event;

	if (!*(volatile u32 *)&immediate || !(conn->sent_told | conn->received_told | conn->retransmits_told))
		return;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return;
	fill_event(event, sk, tcp, conn, CW_KIND_TOTAL, 0, bpf_ktime_get_ns());
	event->duration = 0;
	event->bytes_sent = payload_sent(sk, tcp, conn->role);
	event->bytes_received = payload_received(sk, tcp);
	event->data_retransmits = GET(tcp, total_retrans) - conn->syn_retransmits;
	submit(event);
}

struct ended {
	struct cw_fold amount;
	u64 opened;
	u64 now;
	u16 flags;
	bool uncounted;
};

static __always_inline void take_end(struct sock *sk, struct tcp_sock *tcp, struct cw_conn *conn,
				     int from, struct ended *ended)
{
	ended->opened = __sync_lock_test_and_set(&conn->opened, CW_COUNTED);
	ended->uncounted = !(ended->opened & CW_COUNTED);
	ended->now = bpf_ktime_get_ns();
	ended->flags |= reset_flags(sk, from);
	take_told(sk, tcp, conn, &ended->amount);
}

/*
 * Any state after ESTABLISHED -> CLOSE. A reset here is no failed connect. If nobody has
 * counted the beginning yet, this record reports it too: whoever changes `opened` first counts.
 * The record is checked once, at once: before 6.3 the verifier forgets that it is not NULL.
 */
static __always_inline void on_closed(struct sock *sk, struct tcp_sock *tcp, struct cw_conn *conn,
				      int from, u16 flags)
{
	u32 what = conn->role == CW_ROLE_SERVER ? CW_CLASS_CLOSE_SERVER : CW_CLASS_CLOSE_CLIENT;
	struct ended ended = { .flags = flags };
	struct cw_event *event;

	report_total(sk, tcp, conn);
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		take_end(sk, tcp, conn, from, &ended);
		ended.amount.syn_retransmits = 0;
		ended.amount.resets_in = !!(ended.flags & CW_FLAG_RESET_IN);
		ended.amount.resets_out = !!(ended.flags & CW_FLAG_RESET_OUT);
		fold_close(conn, &ended.amount, what, ended.uncounted);
		free_conn(sk, conn);
		return;
	}
	take_end(sk, tcp, conn, from, &ended);
	fill_event(event, sk, tcp, conn, CW_KIND_CLOSE,
		   ended.uncounted ? ended.flags | CW_FLAG_OPENED : ended.flags, ended.now);
	event->duration = ended.now - ended.opened;
	event->state = (u8)from;
	event->bytes_sent = ended.amount.bytes_sent;
	event->bytes_received = ended.amount.bytes_received;
	event->data_retransmits = (u32)ended.amount.data_retransmits;
	if (ended.uncounted) {
		u64 handshake = (ended.opened - conn->since) >> CW_HANDSHAKE_SHIFT;

		event->handshake = handshake >> 32 ? ~0U : (u32)handshake;
	}
	submit(event);
	free_conn(sk, conn);
}

#endif
