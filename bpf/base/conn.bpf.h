/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The start record of a live socket: a slot of an array by the low bits of the
 * cookie (a fifth of the price of a hash), socket storage where the slot is taken.
 *
 * User space reads the slots while they change. So a program claims a slot by a
 * compare-and-swap to BUSY, fills it, then publishes it under its cookie; it frees the
 * slot only after the record of the end is in the ring. A reader that finds the slot
 * free finds that record.
 */
#ifndef CONNWATCH_CONN_H
#define CONNWATCH_CONN_H

#include "base/emit.bpf.h"

#ifdef LOWER_RUNG
#include "base/conn-lower.bpf.h"
#else
#define SLOT_BUSY (~0ULL)

static __always_inline struct cw_conn *conn_slot(u64 cookie)
{
	u32 index = (u32)cookie & conn_mask;

	return bpf_map_lookup_elem(&conns, &index);
}

static __always_inline struct cw_conn *find_conn(struct sock *sk, u64 cookie)
{
	struct cw_conn *slot = conn_slot(cookie);

	if (slot && slot->cookie == cookie)
		return slot;
	return fallbacks ? bpf_sk_storage_get(&conns_fallback, sk, 0, 0) : NULL;
}

static __always_inline struct cw_conn *claim_slot(u64 cookie)
{
	struct cw_conn *slot = conn_slot(cookie);

	if (!slot || slot->cookie || __sync_val_compare_and_swap(&slot->cookie, 0, SLOT_BUSY))
		return NULL;
	slot->flags = 0;
	return slot;
}

/* A record to fill, which nobody finds before publish_conn(). NULL: no memory. */
static __always_inline struct cw_conn *claim_conn(struct sock *sk, u64 cookie)
{
	struct cw_conn *conn = claim_slot(cookie);

	if (conn)
		return conn;
	conn = bpf_sk_storage_get(&conns_fallback, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!conn)
		return NULL;
	__sync_fetch_and_add(&fallbacks, 1);
	conn->flags = CW_FLAG_FALLBACK;
	return conn;
}

static __always_inline void publish_conn(struct cw_conn *conn, u64 cookie)
{
	__sync_lock_test_and_set(&conn->cookie, cookie);
}

/* A slot keeps where its last socket was (has_just_ended). */
static __always_inline void free_conn(struct sock *sk, struct cw_conn *conn)
{
	if (!(conn->flags & CW_FLAG_FALLBACK)) {
		__sync_lock_test_and_set(&conn->cookie, 0);
		return;
	}
	fallbacks_ended[(u32)conn->cookie & (CW_FALLBACKS_ENDED - 1)] = conn->cookie;
	__sync_fetch_and_add(&fallback_ends, 1);
	if (!bpf_sk_storage_delete(&conns_fallback, sk))
		__sync_fetch_and_add(&fallbacks, -1);
}

/*
 * Whether a program has ended the record of this socket. The kernel stores a state after all programs on
 * inet_sock_set_state have run, those of other agents too: so long a socket without a record looks alive.
 */
static __always_inline bool has_just_ended(struct sock *sk, u64 cookie)
{
	struct cw_conn *slot = conn_slot(cookie);

	return (slot && slot->sock == (u64)sk) ||
	       fallbacks_ended[(u32)cookie & (CW_FALLBACKS_ENDED - 1)] == cookie;
}
#endif

static __always_inline u64 opened_of(const struct cw_conn *conn)
{
	return *(volatile u64 *)&conn->opened;
}

static __always_inline bool connecting(const struct cw_conn *conn)
{
	return !opened_of(conn);
}

/* Whether a record has to report the success or the accept at once: somebody wants it, or user
 * space cannot mark it as counted because the start record is in socket storage or a hash. */
static __always_inline bool reports_at_once(const struct cw_conn *conn)
{
#ifdef LOWER_RUNG
	return true;
#endif
	return *(volatile u32 *)&immediate || conn->flags & CW_FLAG_FALLBACK;
}

#endif
