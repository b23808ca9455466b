/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Sockets that listen: whose they are, and how full their queues. */
#ifndef CONNWATCH_LISTEN_H
#define CONNWATCH_LISTEN_H

#include "record.bpf.h"

/*
 * sk_drops counts every handshake that the listener dropped (tcp_listendrop): the
 * queue was full, or no memory, or a SYN cookie that did not fit. The kernel does
 * not say which; they are taken for overflows when the queue was full at this look
 * or at the one before.
 */
static __always_inline void fill_listen(struct cw_listen *record, struct sock *sk,
					const struct listener *listener, struct backlog *backlog)
{
	u32 drops = (u32)sk->sk_drops.counter;
	u32 synacks = backlog->synack_retransmits;
	u32 queue = sk->sk_ack_backlog, limit = sk->sk_max_ack_backlog;
	bool full = queue > limit; /* sk_acceptq_is_full */
	u32 dropped = drops - __sync_lock_test_and_set(&backlog->drops_told, drops);
	bool overflow = full || backlog->was_full;

	record->version = CW_ABI_VERSION;
	record->kind = CW_KIND_LISTEN;
	record->flags = owner_flags(listener->owner);
	record->netns = sk->__sk_common.skc_net.net->ns.inum;
	record->time = bpf_ktime_get_ns();
	record->cookie = socket_cookie(sk);
	record->owner = listener->owner;
	record->cgroup = listener->cgroup;
	record->lport = sk->__sk_common.skc_num;
	record->reserved = 0;
	record->queue = queue;
	record->limit = limit;
	record->overflows = overflow ? dropped : 0;
	record->drops = overflow ? 0 : dropped;
	record->synack_retransmits =
		synacks - __sync_lock_test_and_set(&backlog->synack_retransmits_told, synacks);
	backlog->was_full = full;
}

/* CLOSE -> LISTEN: the current task is the one that called listen(). */
static __always_inline void on_listen(struct sock *sk)
{
	struct listener *listener =
		bpf_sk_storage_get(&listeners, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!listener) {
		count_loss(CW_LOSS_OWNER_STORE, CW_CLASS_ACCEPT);
		return;
	}
	listener->owner = current_owner(&listener->cgroup);
	bpf_sk_storage_get(&backlogs, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

/* LISTEN -> CLOSE: what has not been told of its queue. */
static __always_inline void on_unlisten(struct sock *sk)
{
	struct listener *listener = bpf_sk_storage_get(&listeners, sk, 0, 0);
	struct backlog *backlog = bpf_sk_storage_get(&backlogs, sk, 0, 0);
	struct cw_listen *record;

	if (!listener || !backlog)
		return;
	record = reserve(sizeof(*record), CW_CLASS_LISTEN);
	if (!record)
		return;
	fill_listen(record, sk, listener, backlog);
	record->flags |= CW_FLAG_ENDED;
	submit(record);
	bpf_sk_storage_delete(&backlogs, sk);
}

#endif
