/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Whose a further subflow of an MPTCP connection is. A kernel worker opens it
 * (net/mptcp/pm.c), for the process that has the connection: the owner of the first one.
 */
#ifndef CONNWATCH_MPTCP_H
#define CONNWATCH_MPTCP_H

#include "base/conn.bpf.h"
#include "base/socket.bpf.h"

/* The first subflow of the connection to which this one belongs, NULL where it is none. */
static __always_inline struct sock *first_subflow(struct tcp_sock *tcp)
{
	struct mptcp_subflow_context *context;
	struct mptcp_sock *connection;

	if (!bpf_core_field_exists(tcp->is_mptcp) || !bpf_core_type_exists(struct mptcp_sock) ||
	    !BPF_CORE_READ(tcp, is_mptcp))
		return NULL;
	context = BPF_CORE_READ(tcp, inet_conn.icsk_ulp_data);
	connection = (struct mptcp_sock *)BPF_CORE_READ(context, conn);
	return BPF_CORE_READ(connection, first);
}

/* Takes owner and cgroup over. The first one's record may be where only its socket leads to,
 * and that is not at hand here: then this one stays the kernel's. */
static __always_inline void inherit_from_first_subflow(struct tcp_sock *tcp, struct cw_conn *conn)
{
	struct sock *first = first_subflow(tcp);
	struct cw_conn *slot;
	u64 cookie;

	if (!first)
		return;
#ifdef LOWER_RUNG
	cookie = socket_cookie(first);
#else
	cookie = (u64)BPF_CORE_READ(first, __sk_common.skc_cookie.counter);
#endif
	slot = cookie ? conn_slot(cookie) : NULL;
	if (!slot || slot->cookie != cookie)
		return;
	conn->owner = slot->owner;
	conn->cgroup = slot->cgroup;
}

#endif
