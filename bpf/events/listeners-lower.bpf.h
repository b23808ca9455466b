/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Listeners on the lower rungs: a hash by the address of the socket, for both what listens and its queue. */
#ifndef CONNWATCH_LISTENERS_LOWER_H
#define CONNWATCH_LISTENERS_LOWER_H

const struct backlog no_backlog;

static __always_inline struct listener *listener_slot(u64 sock)
{
	return bpf_map_lookup_elem(&listeners_known, &sock);
}

static __always_inline struct backlog *backlog_of(struct sock *sk)
{
	u64 key = (u64)sk;

	return bpf_map_lookup_elem(&backlogs, &key);
}

/* The memory may have been another listener's, whose end no program saw. */
static __always_inline struct backlog *make_backlog(struct sock *sk)
{
	u64 key = (u64)sk;

	bpf_map_update_elem(&backlogs, &key, &no_backlog, BPF_ANY);
	return bpf_map_lookup_elem(&backlogs, &key);
}

static __always_inline void drop_backlog(struct sock *sk)
{
	u64 key = (u64)sk;

	bpf_map_delete_elem(&backlogs, &key);
}

static __always_inline bool has_clones(void)
{
	return false;
}

/* Nothing is copied here: the port tells. */
static __always_inline struct listener *cloned_listener(struct sock *sk)
{
	return NULL;
}

static __always_inline struct listener *find_listener(struct sock *sk)
{
	return listener_slot((u64)sk);
}

static __always_inline bool needs_clones(void)
{
	return false;
}

static __always_inline struct listener *claim_listener(struct sock *sk)
{
	struct listener fresh = { .sock = (u64)sk };
	u64 key = (u64)sk;

	bpf_map_update_elem(&listeners_known, &key, &fresh, BPF_ANY);
	return listener_slot(key);
}

static __always_inline void forget_listener(struct sock *sk, struct listener *listener)
{
	u64 key = (u64)sk;

	bpf_map_delete_elem(&listeners_known, &key);
}

#endif
