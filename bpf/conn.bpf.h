/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The start record of a live socket: a slot of an array by the low bits of the
 * cookie (a fifth of the price of a hash), socket storage where the slot is taken.
 *
 * User space reads the slots while they change. So a slot is claimed by a
 * compare-and-swap to BUSY, filled, then published under its cookie; it is freed
 * only after the record of the end is in the ring. Whoever sees it free finds
 * that record.
 */
#ifndef CONNWATCH_CONN_H
#define CONNWATCH_CONN_H

#include "emit.bpf.h"

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

/* Puts a filled record where find_conn and the reader find it. */
static __always_inline bool store_conn(struct sock *sk, const struct cw_conn *conn)
{
	struct cw_conn *slot = conn_slot(conn->cookie);
	struct cw_conn *fallback;

	if (slot && !slot->cookie && !__sync_val_compare_and_swap(&slot->cookie, 0, SLOT_BUSY)) {
		slot->since = conn->since;
		slot->owner = conn->owner;
		slot->cgroup = conn->cgroup;
		slot->netns = conn->netns;
		slot->attempt = conn->attempt;
		slot->state = conn->state;
		slot->role = conn->role;
		__builtin_memcpy(slot->raddr, conn->raddr, CW_ADDR_LEN);
		slot->rport = conn->rport;
		slot->lport = conn->lport;
		slot->segs_out = conn->segs_out;
		slot->sent_told = conn->sent_told;
		slot->received_told = conn->received_told;
		slot->retransmits_told = conn->retransmits_told;
		slot->seen = conn->seen;
		slot->sock = (u64)sk;
		slot->flags = conn->flags;
		__sync_lock_test_and_set(&slot->cookie, conn->cookie);
		return true;
	}
	fallback = bpf_sk_storage_get(&conns_fallback, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!fallback)
		return false;
	__sync_fetch_and_add(&fallbacks, 1);
	__builtin_memcpy(fallback, conn, sizeof(*conn));
	return true;
}

static __always_inline void free_conn(struct sock *sk, u64 cookie)
{
	struct cw_conn *slot = conn_slot(cookie);

	if (slot && slot->cookie == cookie) {
		__sync_lock_test_and_set(&slot->cookie, 0);
		return;
	}
	if (!bpf_sk_storage_delete(&conns_fallback, sk))
		__sync_fetch_and_add(&fallbacks, -1);
}

static __always_inline bool connecting(const struct cw_conn *conn)
{
	return conn->state == TCP_SYN_SENT || conn->state == TCP_SYN_RECV;
}

/*
 * The kernel may leave a change unshown (docs/DECISIONS.md); what comes after it tells.
 * Whoever sees first that a connect has succeeded, this or a scan, sets its time.
 */
static __always_inline bool claim_success(struct cw_conn *conn)
{
	u64 since = *(volatile u64 *)&conn->since;

	if (!connecting(conn) ||
	    __sync_val_compare_and_swap(&conn->since, since, bpf_ktime_get_ns()) != since)
		return false;
	conn->flags |= CW_FLAG_LATE;
	return true;
}

/* The attempt failed while, or before, somebody waits for connect() to return:
 * whoever sees the return (sync.bpf.h) takes the mark off. */
#define ATTEMPT_UNTOLD (1ULL << 16)
#define ATTEMPT_COOKIE(cookie) ((cookie) << 17)

/* The last failed attempt of this socket, NULL if there is none that is known. */
static __always_inline u64 *last_attempt(u64 cookie)
{
	u32 index = (u32)cookie & (ATTEMPT_SLOTS - 1);
	u64 *last = bpf_map_lookup_elem(&attempts, &index);

	return last && *last >> 17 == ATTEMPT_COOKIE(cookie) >> 17 ? last : NULL;
}

/* The number of this attempt on its socket, 1 for the first. */
static __always_inline u16 next_attempt(u64 cookie)
{
	u64 *last = last_attempt(cookie);

	return last ? (u16)(*last + 1) : 1;
}

static __always_inline void remember_attempt(u64 cookie, u16 attempt, u64 mark)
{
	u32 index = (u32)cookie & (ATTEMPT_SLOTS - 1);
	u64 *last = bpf_map_lookup_elem(&attempts, &index);

	if (last)
		*last = ATTEMPT_COOKIE(cookie) | mark | attempt;
}

#endif
