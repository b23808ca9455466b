/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Accepted sockets and the listeners they come from. An accepted socket belongs to the owner of
 * its listener, and no process is current when its handshake ends.
 *
 * inet_csk_clone_lock() changes the state of a new child while it is still a plain copy of its
 * listener. The list head tsorted_sent_queue, empty in a listener, points to itself there; so in
 * the copy it points into the listener (net/ipv4/inet_connection_sock.c; tcp_create_openreq_child
 * sets it up anew afterwards).
 */
#ifndef CONNWATCH_ACCEPT_H
#define CONNWATCH_ACCEPT_H

#include "events/record.bpf.h"

/* When a listener was there before anything was attached, its queue may hold children from before.
 * They are all held by descriptors, and found, two scans after one that saw its queue empty. */
enum early { EARLY_NOT, EARLY_LAST_SCAN, EARLY_EMPTY, EARLY };

/* Half of the address: the verifier allows no shift of a whole pointer, but a 32-bit copy of it. */
static __always_inline u32 hash_of_address(u64 sock)
{
	u32 low;

	asm volatile("%[low] = %[sock]" : [low] "=w"(low) : [sock] "w"((u32)sock));
	return low >> 6 ^ low >> 18;
}

#ifdef LOWER_RUNG
#include "events/listeners-lower.bpf.h"
#else
static __always_inline struct listener *listener_slot(u64 sock)
{
	return &listeners[hash_of_address(sock) & (LISTENER_SLOTS - 1)];
}

static __always_inline struct backlog *backlog_of(struct sock *sk)
{
	return bpf_sk_storage_get(&backlogs, sk, 0, 0);
}

static __always_inline struct backlog *make_backlog(struct sock *sk)
{
	return bpf_sk_storage_get(&backlogs, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

static __always_inline void drop_backlog(struct sock *sk)
{
	bpf_sk_storage_delete(&backlogs, sk);
}

static __always_inline bool has_clones(void)
{
	return *(volatile u64 *)&clones;
}

/* What the kernel has copied to a child from its listener. */
static __always_inline struct listener *cloned_listener(struct sock *sk)
{
	return bpf_sk_storage_get(&listener_clones, sk, 0, 0);
}
#endif

static __always_inline struct child *child_slot(u64 sock)
{
	return &children[hash_of_address(sock) & (CHILD_SLOTS - 1)];
}

static __always_inline struct listener *listener_of_port(u32 netns, u16 port)
{
	struct port key = { .netns = netns, .port = port };

	return bpf_map_lookup_elem(&ports, &key);
}

/* LISTEN -> SYN_RECV, of a child: notes its listener's owner. */
static __always_inline void on_child(struct sock *sk)
{
	struct tcp_sock *tcp = tcp_of(sk);
	struct listener *listener;
	struct child *child;
	u64 parent;

	if (!tcp)
		return;
	parent = (u64)GET(tcp, tsorted_sent_queue.next) -
		 bpf_core_field_offset(struct tcp_sock, tsorted_sent_queue);
	listener = listener_slot(parent);
	if (!listener || listener->sock != parent || listener->port != GET(sk, __sk_common.skc_num)) {
		__sync_fetch_and_add(&parents_missed, 1);
		return;
	}
	if (!parents_found)
		parents_found = 1;
	child = child_slot((u64)sk);
	/* Also a copy. With this child the queue is full (sk_acceptq_is_full), and what comes now is dropped. */
	if (GET(sk, sk_ack_backlog) >= GET(sk, sk_max_ack_backlog))
		listener->filled = 1;
	child->owner = listener->owner;
	child->cgroup = listener->cgroup;
	*(volatile u64 *)&child->sock = (u64)sk;
}

/* Whether this socket is a listener's child that began while we watched and has not been counted.
 * Takes its entry. */
static __always_inline struct child *take_child(u64 sock)
{
	struct child *child = child_slot(sock);

	if (child->sock != sock)
		return NULL;
	child->sock = 0;
	return child;
}

/* The owner of an accepted socket that does not lead to its listener. False: nothing is known. */
static __noinline bool owner_by_port(struct sock *sk, struct cw_conn *conn)
{
	struct listener *listener = NULL;

	if (has_clones())
		listener = cloned_listener(sk);
	if (!listener)
		listener = listener_of_port(conn->netns, conn->lport);
	if (!listener)
		return false;
	conn->owner = listener->owner;
	conn->cgroup = listener->cgroup;
	return true;
}

/* Gives an accepted socket its listener's owner. False: no listener is known. */
static __always_inline bool own_accepted(struct sock *sk, struct cw_conn *conn, const struct child *child)
{
	if (!child)
		return owner_by_port(sk, conn);
	conn->owner = child->owner;
	conn->cgroup = child->cgroup;
	return true;
}

static __noinline void fold_accept(const struct cw_conn *conn)
{
	struct cw_fold amount = {};

	fold_record(conn->cgroup, conn->netns, CW_CLASS_ACCEPT, &amount);
}

static __noinline void report_accept(struct sock *sk, struct tcp_sock *tcp, struct cw_conn *conn,
				     u64 cookie)
{
	struct cw_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	conn->opened |= CW_COUNTED;
	if (!event)
		return fold_accept(conn);
	fill_event(event, sk, tcp, conn, CW_KIND_ACCEPT, 0, conn->since);
	event->cookie = cookie;
	event->duration = 0;
	submit(event);
}

/* A server's start record, without its owner. */
static __always_inline void fill_server(struct cw_conn *conn, struct sock *sk, struct tcp_sock *tcp,
					u8 state)
{
	conn->since = bpf_ktime_get_ns();
	conn->opened = conn->since & ~CW_COUNTED;
	conn->owner = 0;
	conn->cgroup = 0;
	remote_address(conn->raddr, sk);
	conn->netns = netns_of(tcp);
	conn->state = state;
	conn->role = CW_ROLE_SERVER;
	conn->rport = bpf_ntohs(GET(sk, __sk_common.skc_dport));
	conn->lport = GET(sk, __sk_common.skc_num);
	conn->segs_out = 0;
	conn->sent_told = 0;
	conn->received_told = 0;
	conn->retransmits_told = GET(tcp, total_retrans);
	conn->seen = 0;
	conn->sock = (u64)sk;
	conn->syn_retransmits = 0;
}

/*
 * A listener's child leaves SYN_RECV. The kernel counts each child in PassiveOpens. With TCP
 * Fast Open its owner may have accepted, answered and closed it before the handshake is over,
 * or a reset ends it, so not all of them become established. Often in softirq: the current task
 * is a stranger.
 */
static __always_inline struct cw_conn *on_accepted(struct sock *sk, struct tcp_sock *tcp, u64 cookie,
						   u8 to, u16 flags)
{
	struct child *child = take_child((u64)sk);
	struct cw_conn *conn = claim_conn(sk, cookie);

	if (!conn) {
		count_loss(CW_LOSS_START_STORE, CW_CLASS_ACCEPT);
		return NULL;
	}
	fill_server(conn, sk, tcp, to);
	conn->flags |= flags;
	if (!own_accepted(sk, conn, child) && to == TCP_CLOSE) {
		/* No listener is known: a client whose simultaneous open has failed. */
		publish_conn(conn, cookie);
		free_conn(sk, conn);
		return NULL;
	}
	if (to == TCP_CLOSE || reports_at_once(conn))
		report_accept(sk, tcp, conn, cookie);
	publish_conn(conn, cookie);
	if (to != TCP_CLOSE)
		return conn;
	free_conn(sk, conn);
	return NULL;
}

#endif
