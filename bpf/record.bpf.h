/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What a record of a socket says. */
#ifndef CONNWATCH_RECORD_H
#define CONNWATCH_RECORD_H

#include "conn.bpf.h"
#include "outcome.bpf.h"
#include "owner.bpf.h"
#include "socket.bpf.h"

static __always_inline u16 owner_flags(cw_owner owner)
{
	if (owner == CW_OWNER_KERNEL)
		return CW_FLAG_KERNEL | CW_FLAG_OWNER;
	return owner ? CW_FLAG_OWNER : 0;
}

/* Writes what is known of a socket without a look at it. */
static __always_inline void fill_known(struct cw_event *event, const struct cw_conn *conn, u8 kind,
				       u64 now)
{
	event->version = CW_ABI_VERSION;
	event->kind = kind;
	event->flags = owner_flags(conn->owner) | conn->flags;
	event->netns = conn->netns;
	event->time = now;
	event->cookie = conn->cookie;
	event->owner = conn->owner;
	event->cgroup = conn->cgroup;
	__builtin_memcpy(event->raddr, conn->raddr, CW_ADDR_LEN);
	event->rport = conn->rport;
	event->attempt = conn->attempt;
	event->duration = now - conn->since;
	event->role = conn->role;
	event->family = address_family(conn->raddr);
}

/* Writes what every record of a socket has. */
static __always_inline void fill_event(struct cw_event *event, struct sock *sk,
				       struct tcp_sock *tcp, const struct cw_conn *conn, u8 kind,
				       u64 now)
{
	fill_known(event, conn, kind, now);
	local_address(event->laddr, sk);
	event->lport = bpf_ntohs(tcp->inet_conn.icsk_inet.inet_sport);
	event->error = (u16)sk->sk_err;
	event->outcome = CW_OUT_SUCCESS;
	event->syn_retransmits = 0;
	event->srtt_us = tcp->srtt_us >> 3;
	event->bytes_sent = 0;
	event->bytes_received = 0;
	event->data_retransmits = 0;
	event->state = 0;
	__builtin_memset(event->reserved, 0, sizeof(event->reserved));
}

static __always_inline struct cw_event *begin_event(struct sock *sk, const struct cw_conn *conn,
						    u8 kind, u32 what, u64 now)
{
	struct cw_event *event = reserve(sizeof(*event), what);
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);

	if (!event)
		return NULL;
	if (!tcp) {
		bpf_ringbuf_discard(event, BPF_RB_NO_WAKEUP);
		return NULL;
	}
	fill_event(event, sk, tcp, conn, kind, now);
	return event;
}

static __always_inline u64 since_told(u64 now, u64 told)
{
	return told != CW_TOLD_ALL && now > told ? now - told : 0;
}

/* The rest of what a connection moved, at its end. A scan that runs on another
 * CPU at this moment tells nothing more of it (scan.bpf.h). */
static __always_inline void take_told(struct sock *sk, struct tcp_sock *tcp, struct cw_conn *conn,
				      struct cw_fold *amount)
{
	u64 sent = __sync_lock_test_and_set(&conn->sent_told, CW_TOLD_ALL);
	u64 received = __sync_lock_test_and_set(&conn->received_told, CW_TOLD_ALL);

	amount->bytes_sent = since_told(payload_sent(sk, tcp, conn->role), sent);
	amount->bytes_received = since_told(payload_received(sk, tcp), received);
	amount->data_retransmits = tcp->total_retrans - conn->retransmits_told;
}

/*
 * Who reset an established connection, at its end. tcp_reset() leaves ECONNRESET,
 * or EPIPE when the peer had finished before; without an error, a connection that
 * is closed at once was aborted by its owner, who sends a reset (tcp_disconnect,
 * __tcp_close with unread data). An orphan, or one that the peer has finished, may
 * leave FIN_WAIT1 and 2 in peace.
 */
static __always_inline u16 reset_flags(struct sock *sk, int from)
{
	int error = sk->sk_err;

	if (error == CW_ECONNRESET || error == CW_EPIPE)
		return CW_FLAG_RESET_IN;
	if (error)
		return 0;
	if (from == TCP_ESTABLISHED || from == TCP_CLOSE_WAIT)
		return CW_FLAG_RESET_OUT;
	if ((from == TCP_FIN_WAIT1 || from == TCP_FIN_WAIT2) && !peer_has_finished(sk) &&
	    !(sk->__sk_common.skc_flags >> SOCK_DEAD & 1))
		return CW_FLAG_RESET_OUT;
	return 0;
}

#endif
