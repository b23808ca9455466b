/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Listening sockets: their owners and their queues. */
#ifndef CONNWATCH_LISTEN_H
#define CONNWATCH_LISTEN_H

#include "events/accept.bpf.h"

/*
 * sk_drops counts every handshake that the listener dropped (tcp_listendrop): the
 * queue was full, or no memory, or a SYN cookie that did not fit. The kernel does
 * not say which. They count as overflows when the queue is full now, was full at the last
 * scan, or was filled since.
 */
static __always_inline void fill_listen(struct cw_listen *record, struct sock *sk,
					struct listener *listener, struct backlog *backlog)
{
	u32 drops = (u32)GET(sk, sk_drops.counter);
	u32 synacks = backlog->synack_retransmits;
	u32 queue = GET(sk, sk_ack_backlog), limit = GET(sk, sk_max_ack_backlog);
	bool full = queue > limit; /* sk_acceptq_is_full */
	u32 dropped = drops - __sync_lock_test_and_set(&backlog->drops_told, drops);
	bool overflow = full || listener->filled;

	record->version = CW_ABI_VERSION;
	record->kind = CW_KIND_LISTEN;
	record->flags = owner_flags(listener->owner);
	record->netns = listener->netns;
	record->time = bpf_ktime_get_ns();
	record->cookie = socket_cookie(sk);
	record->owner = listener->owner;
	record->cgroup = listener->cgroup;
	record->lport = listener->port; /* The socket has none any more when it is closed (inet_put_port). */
	record->reserved = 0;
	record->queue = queue;
	record->limit = limit;
	record->overflows = overflow ? dropped : 0;
	record->drops = overflow ? 0 : dropped;
	record->synack_retransmits =
		synacks - __sync_lock_test_and_set(&backlog->synack_retransmits_told, synacks);
	listener->filled = full;
}

#ifndef LOWER_RUNG
/* The listener's entry, NULL if there is none. */
static __always_inline struct listener *find_listener(struct sock *sk)
{
	struct listener *slot = listener_slot((u64)sk);

	if (slot->sock == (u64)sk)
		return slot;
	return clones ? bpf_sk_storage_get(&listener_clones, sk, 0, 0) : NULL;
}

/* Whether children have never led to their listener on this kernel, although they had the chance. */
static __always_inline bool needs_clones(void)
{
	return !parents_found && parents_missed >= 8;
}

static __always_inline struct listener *claim_listener(struct sock *sk)
{
	struct listener *slot = listener_slot((u64)sk);

	if (!needs_clones()) {
		u64 before = __sync_val_compare_and_swap(&slot->sock, 0, (u64)sk);

		if (!before || before == (u64)sk)
			return slot;
	}
	slot = bpf_sk_storage_get(&listener_clones, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (slot)
		__sync_fetch_and_add(&clones, 1);
	return slot;
}

static __always_inline void forget_listener(struct sock *sk, struct listener *listener)
{
	if (listener->sock == (u64)sk)
		__sync_lock_test_and_set(&listener->sock, 0);
	else if (!bpf_sk_storage_delete(&listener_clones, sk))
		__sync_fetch_and_add(&clones, -1);
}
#endif

static __always_inline struct listener *remember_listener(struct sock *sk, cw_owner owner, u64 cgroup,
							  u16 early)
{
	struct listener *listener = claim_listener(sk);
	struct port port = {};

	if (!listener) {
		count_loss(CW_LOSS_OWNER_STORE, CW_CLASS_ACCEPT);
		return NULL;
	}
	listener->owner = owner;
	listener->cgroup = cgroup;
	listener->port = GET(sk, __sk_common.skc_num);
	listener->netns = netns_of_sock(sk);
	listener->early = early;
	listener->filled = 0;
	port.netns = listener->netns;
	port.port = listener->port;
	bpf_map_update_elem(&ports, &port, listener, BPF_ANY);
	return listener;
}

/* CLOSE -> LISTEN: the current task is the one that called listen(). */
static __always_inline void on_listen(struct sock *sk)
{
	u64 cgroup = 0; /* before 6.2 the verifier wants it to be initialized */
	cw_owner owner = current_owner(&cgroup);

	remember_listener(sk, owner, cgroup, EARLY_NOT);
	make_backlog(sk);
}

/* LISTEN -> CLOSE: what has not been reported of its queue. */
static __always_inline void on_unlisten(struct sock *sk)
{
	struct listener *listener = find_listener(sk);
	struct backlog *backlog = backlog_of(sk);
	struct cw_listen *record;

	if (!listener)
		return;
	record = backlog ? reserve(sizeof(*record), CW_CLASS_LISTEN) : NULL;
	if (record) {
		fill_listen(record, sk, listener, backlog);
		record->flags |= CW_FLAG_ENDED;
		submit(record);
		drop_backlog(sk);
	}
	forget_listener(sk, listener);
}

static __always_inline void on_synack_again(struct sock *sk)
{
	struct backlog *backlog;

	if (GET(sk, __sk_common.skc_state) != TCP_LISTEN)
		return;
	backlog = backlog_of(sk);
	if (backlog)
		__sync_fetch_and_add(&backlog->synack_retransmits, 1);
}

#endif
