/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Into the ring, or, when it is full, into the count of losses. */
#ifndef CONNWATCH_EMIT_H
#define CONNWATCH_EMIT_H

#include "base/maps.bpf.h"

static __always_inline void add_loss(u32 reason, u32 class)
{
	u32 index = reason * CW_LOSS_CLASSES + class;
	u64 *count = bpf_map_lookup_elem(&losses, &index);

	/* Per CPU, but a process-context program can be interrupted by a softirq one. */
	if (count)
		__sync_fetch_and_add(count, 1);
}

/* What happens seldom is not static: the verifier looks at it once, and not at each call. */
VERIFIED_ONCE int count_loss(u32 reason, u32 class)
{
	add_loss(reason, class);
	return 0;
}

static __always_inline void *reserve(u64 size, u32 class)
{
	void *record = bpf_ringbuf_reserve(&events, size, 0);

	if (!record)
		count_loss(CW_LOSS_RING_FULL, class);
	return record;
}

static __always_inline struct cw_fold *fold_of(const struct cw_fold_key *key)
{
	struct cw_fold *fold = bpf_map_lookup_elem(&folds, key);
	struct cw_fold empty = {};

	if (fold)
		return fold;
	bpf_map_update_elem(&folds, key, &empty, BPF_NOEXIST);
	return bpf_map_lookup_elem(&folds, key);
}

static __always_inline void add_up(struct cw_fold *fold, const struct cw_fold *amount)
{
	__sync_fetch_and_add(&fold->bytes_sent, amount->bytes_sent);
	__sync_fetch_and_add(&fold->bytes_received, amount->bytes_received);
	__sync_fetch_and_add(&fold->data_retransmits, amount->data_retransmits);
	__sync_fetch_and_add(&fold->syn_retransmits, amount->syn_retransmits);
	__sync_fetch_and_add(&fold->resets_in, amount->resets_in);
	__sync_fetch_and_add(&fold->resets_out, amount->resets_out);
	__sync_fetch_and_add(&fold->count, 1);
}

/*
 * The ring is full: what the record would have said is added up by cgroup, and then
 * counted as lost. In this order: user space reads the losses first, so a loss that
 * it does not find here found no room (native/cut/folds.cc).
 */
VERIFIED_ONCE int fold_record(u64 cgroup, u32 netns, u32 what, const struct cw_fold *amount)
{
	struct cw_fold_key key = { .cgroup = cgroup, .netns = netns, .what = what };
	struct cw_fold *fold;

	if (!amount)
		return 0;
	fold = fold_of(&key);
	if (fold)
		add_up(fold, amount);
	/* Not a call: this is the deepest chain, and before 5.13 each call takes 32 bytes of 512. */
	add_loss(CW_LOSS_RING_FULL, what);
	return 0;
}

/*
 * Wake-ups cost twenty times the record, so one is sent only when the reader
 * sleeps and has said so. Reading `armed` after the reserve and before the
 * submit is what makes it safe: the reader sets it, fences, then looks whether
 * anything is reserved.
 */
static __always_inline void submit(void *record)
{
	u64 flags = BPF_RB_NO_WAKEUP;

	if (*(volatile u32 *)&armed) {
		*(volatile u32 *)&armed = 0;
		flags = BPF_RB_FORCE_WAKEUP;
	}
	bpf_ringbuf_submit(record, flags);
}

#endif
