/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The start record of a live socket on the lower rungs: an element of a hash by the number of the socket. User
 * space only reads it, so each success and each accept has a record of its own (reports_at_once()).
 */
#ifndef CONNWATCH_CONN_LOWER_H
#define CONNWATCH_CONN_LOWER_H

#include "base/emit.bpf.h"

static __always_inline struct cw_conn *conn_slot(u64 cookie)
{
	return bpf_map_lookup_elem(&conns, &cookie);
}

static __always_inline struct cw_conn *find_conn(struct sock *sk, u64 cookie)
{
	return conn_slot(cookie);
}

static __always_inline u64 *ended_slot(u64 cookie)
{
	return &fallbacks_ended[(u32)cookie & (CW_FALLBACKS_ENDED - 1)];
}

/* For a new element, which is filled in its place. */
const struct cw_conn no_conn;

/* NULL: no room, which the caller counts. */
static __always_inline struct cw_conn *claim_conn(struct sock *sk, u64 cookie)
{
	u64 *ended = ended_slot(cookie);

	if (*ended == cookie)
		*ended = 0;
	if (bpf_map_update_elem(&conns, &cookie, &no_conn, BPF_ANY))
		return NULL;
	return conn_slot(cookie);
}

static __always_inline void publish_conn(struct cw_conn *conn, u64 cookie)
{
	*(volatile u64 *)&conn->cookie = cookie;
}

static __always_inline void free_conn(struct sock *sk, struct cw_conn *conn)
{
	u64 cookie = conn->cookie;

	*ended_slot(cookie) = cookie;
	bpf_map_delete_elem(&conns, &cookie);
}

/* As in conn.bpf.h. The memory of a socket may be another one's, which claim_conn() considers. */
static __always_inline bool has_just_ended(struct sock *sk, u64 cookie)
{
	return *ended_slot(cookie) == cookie;
}

#endif
