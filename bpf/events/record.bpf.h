/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The contents of the records of a socket. */
#ifndef CONNWATCH_RECORD_H
#define CONNWATCH_RECORD_H

#include "base/conn.bpf.h"
#include "base/outcome.bpf.h"
#include "owner/owner.bpf.h"
#include "base/socket.bpf.h"

static __always_inline u16 owner_flags(cw_owner owner)
{
	if (owner == CW_OWNER_KERNEL)
		return CW_FLAG_KERNEL | CW_FLAG_OWNER;
	return owner ? CW_FLAG_OWNER : 0;
}

/* The first word of every record. */
static __always_inline void begin_record(void *record, u8 kind, u16 flags, u32 netns)
{
	*(u64 *)record = CW_ABI_VERSION | (u64)kind << 8 | (u64)flags << 16 | (u64)netns << 32;
}

/* Writes what every record of a socket has; the caller adds what its kind has. */
static __always_inline void fill_event(struct cw_event *event, struct sock *sk,
				       struct tcp_sock *tcp, const struct cw_conn *conn, u8 kind,
				       u16 flags, u64 now)
{
	begin_record(event, kind, owner_flags(conn->owner) | conn->flags | flags, conn->netns);
	event->time = now;
	event->cookie = conn->cookie;
	event->owner = conn->owner;
	event->cgroup = conn->cgroup;
	__builtin_memcpy(event->raddr, conn->raddr, CW_ADDR_LEN);
	event->lport = bpf_ntohs(GET(tcp, inet_conn.icsk_inet.inet_sport));
	event->rport = conn->rport;
	event->error = (u16)GET(sk, sk_err);
	event->reserved = 0;
	event->outcome = CW_OUT_SUCCESS;
	event->role = conn->role;
	event->syn_retransmits = conn->syn_retransmits;
	event->state = 0;
	event->srtt_us = GET(tcp, srtt_us) >> 3;
	event->bytes_sent = 0;
	event->bytes_received = 0;
	event->data_retransmits = 0;
	event->handshake = 0;
}

static __always_inline u8 capped(u32 retransmits)
{
	return retransmits > 255 ? 255 : retransmits;
}

static __always_inline u64 since_told(u64 now, u64 told)
{
	return told != CW_TOLD_ALL && now > told ? now - told : 0;
}

/* The rest of what a connection moved, at its end. A scan that runs on another
 * CPU at this moment reports nothing more of it (scan.bpf.h). */
static __always_inline void take_told(struct sock *sk, struct tcp_sock *tcp, struct cw_conn *conn,
				      struct cw_fold *amount)
{
	u64 sent = __sync_lock_test_and_set(&conn->sent_told, CW_TOLD_ALL);
	u64 received = __sync_lock_test_and_set(&conn->received_told, CW_TOLD_ALL);

	amount->bytes_sent = since_told(payload_sent(sk, tcp, conn->role), sent);
	amount->bytes_received = since_told(payload_received(sk, tcp), received);
	amount->data_retransmits = GET(tcp, total_retrans) - conn->retransmits_told;
}

/*
 * Which side reset an established connection, at its end. tcp_reset() leaves ECONNRESET,
 * or EPIPE when the peer had finished before. Without an error, the owner of a connection
 * that closes at once has aborted it and sends a reset (tcp_disconnect, __tcp_close with
 * unread data). An orphan, or one that the peer has finished, may leave FIN_WAIT1 and 2
 * without a reset.
 */
static __always_inline u16 reset_flags(struct sock *sk, int from)
{
	int error = GET(sk, sk_err);

	if (error == CW_ECONNRESET || error == CW_EPIPE)
		return CW_FLAG_RESET_IN;
	if (error)
		return 0;
	if (from == TCP_ESTABLISHED || from == TCP_CLOSE_WAIT)
		return CW_FLAG_RESET_OUT;
	if ((from == TCP_FIN_WAIT1 || from == TCP_FIN_WAIT2) && !peer_has_finished(sk) &&
	    !(GET(sk, __sk_common.skc_flags) >> SOCK_DEAD & 1))
		return CW_FLAG_RESET_OUT;
	return 0;
}

#endif
