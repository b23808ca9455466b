/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * A look at every TCP socket that a file descriptor holds, in all network
 * namespaces: finds those that were there before the programs were, and tells what
 * long-lived ones have moved meanwhile and how full the listeners' queues are.
 *
 * It runs without the socket's lock, while the socket changes. What has been told
 * of a connection moves on by compare-and-swap, so that a scan and the record of
 * the end share what there is to tell, and neither tells it twice.
 */
#ifndef CONNWATCH_SCAN_H
#define CONNWATCH_SCAN_H

#include "late.bpf.h"

/* A child has its listener's backlog (sk_clone copies it); who connects has none. */
static __always_inline u8 role_of(struct sock *sk)
{
	return sk->sk_max_ack_backlog ? CW_ROLE_SERVER : CW_ROLE_CLIENT;
}

static __always_inline void find(struct sock *sk, struct tcp_sock *tcp, struct task_struct *task,
				 u64 cookie)
{
	u8 state = sk->__sk_common.skc_state;
	struct cw_conn conn = {};

	conn.cookie = cookie;
	conn.since = bpf_ktime_get_ns();
	conn.owner = owner_of(task, &conn.cgroup);
	conn.netns = netns_of(tcp);
	conn.attempt = state == TCP_SYN_SENT ? next_attempt(cookie) : 0;
	conn.state = state;
	conn.role = state == TCP_SYN_SENT ? CW_ROLE_CLIENT : role_of(sk);
	remote_address(conn.raddr, sk);
	conn.rport = bpf_ntohs(sk->__sk_common.skc_dport);
	conn.lport = sk->__sk_common.skc_num;
	conn.sent_told = payload_sent(sk, tcp, conn.role);
	conn.received_told = payload_received(sk, tcp);
	conn.retransmits_told = tcp->total_retrans;
	conn.seen = scan;
	conn.flags = CW_FLAG_FOUND;
	if (!store_conn(sk, &conn)) {
		count_loss(CW_LOSS_START_STORE, CW_CLASS_ACCEPT);
		return;
	}
	/* It may have ended before the record was there to be found. */
	if (*(volatile unsigned char *)&sk->__sk_common.skc_state == TCP_CLOSE)
		free_conn(sk, cookie);
}

static __always_inline u64 claim(u64 *told, u64 now)
{
	u64 before = *(volatile u64 *)told;

	if (before == CW_TOLD_ALL || now <= before ||
	    __sync_val_compare_and_swap(told, before, now) != before)
		return 0;
	return now - before;
}

static __always_inline void tell_flow(struct seq_file *seq, struct sock *sk, struct tcp_sock *tcp,
				      struct cw_conn *conn)
{
	u32 acked = tcp->snd_una, retransmits = tcp->total_retrans;
	u64 sent = payload_sent(sk, tcp, conn->role);
	u64 received = payload_received(sk, tcp);
	struct cw_event event;

	/* A FIN came between: next time. */
	if (*(volatile u32 *)&tcp->snd_una != acked)
		return;
	sent = claim(&conn->sent_told, sent);
	received = claim(&conn->received_told, received);
	retransmits -= conn->retransmits_told;
	if (!sent && !received && !retransmits)
		return;
	conn->retransmits_told += retransmits;
	fill_event(&event, sk, tcp, conn, CW_KIND_FLOW, bpf_ktime_get_ns());
	event.bytes_sent = sent;
	event.bytes_received = received;
	event.data_retransmits = retransmits;
	bpf_seq_write(seq, &event, sizeof(event));
}

static __always_inline void scan_connection(struct seq_file *seq, struct sock *sk,
					    struct task_struct *task)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	u64 cookie = socket_cookie(sk);
	u8 state = *(volatile unsigned char *)&sk->__sk_common.skc_state;
	struct cw_conn *conn;

	if (!tcp)
		return;
	conn = find_conn(sk, cookie);
	if (!conn)
		return find(sk, tcp, task, cookie);
	/* Several processes may hold it. An atomic operation is a barrier, too. */
	if (__sync_lock_test_and_set(&conn->seen, scan) == scan)
		return;
	catch_up(seq, sk, tcp, conn, state);
	if (!connecting(conn))
		tell_flow(seq, sk, tcp, conn);
}

/* A listener that several processes hold (pre-forked servers) and that was there
 * before is the first one's; what listen() has told is not touched. */
static __always_inline struct listener *meet_listener(struct sock *sk, struct task_struct *task)
{
	struct listener *listener =
		bpf_sk_storage_get(&listeners, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!listener) {
		count_loss(CW_LOSS_OWNER_STORE, CW_CLASS_ACCEPT);
		return NULL;
	}
	if (!listener->owner)
		listener->owner = owner_of(task, &listener->cgroup);
	listener->early = !scan;
	return listener;
}

static __always_inline void scan_listener(struct seq_file *seq, struct sock *sk,
					  struct task_struct *task)
{
	struct listener *listener = meet_listener(sk, task);
	struct backlog *backlog = bpf_sk_storage_get(&backlogs, sk, 0, 0);
	struct cw_listen record;

	if (!listener)
		return;
	if (!backlog) {
		backlog = bpf_sk_storage_get(&backlogs, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (!backlog)
			return;
		/* What it dropped before is not ours to tell. */
		backlog->drops_told = (u32)sk->sk_drops.counter;
	}
	fill_listen(&record, sk, listener, backlog);
	bpf_seq_write(seq, &record, sizeof(record));
}

#define NOBODY_IN_IT (1u << 31)

/* Who is there to be asked for the kernel's own counters of this namespace: a thread
 * that is in it, which one that only holds a socket of it need not be. Pid 0: nobody
 * that has been met so far. */
static __always_inline void tell_namespace(struct seq_file *seq, struct sock *sk,
					   struct task_struct *task)
{
	u32 netns = sk->__sk_common.skc_net.net->ns.inum;
	u32 *met = bpf_map_lookup_elem(&namespaces, &netns);
	struct cw_netns record = {};
	u32 now = scan, mark;

	if (met && *met == now)
		return;
	record.pid = task->nsproxy->net_ns->ns.inum == netns ? task->pid : 0;
	mark = record.pid ? now : now | NOBODY_IN_IT;
	if (met && *met == mark)
		return;
	bpf_map_update_elem(&namespaces, &netns, &mark, BPF_ANY);
	record.version = CW_ABI_VERSION;
	record.kind = CW_KIND_NETNS;
	record.netns = netns;
	bpf_seq_write(seq, &record, sizeof(record));
}

static __always_inline void scan_socket(struct seq_file *seq, struct sock *sk,
					struct task_struct *task)
{
	if (!is_tcp(sk->__sk_common.skc_family, sk->sk_type, sk->sk_protocol))
		return;
	if (!scan) {
		if (sk->__sk_common.skc_state == TCP_LISTEN)
			meet_listener(sk, task);
		return;
	}
	tell_namespace(seq, sk, task);
	switch (sk->__sk_common.skc_state) {
	case TCP_LISTEN:
		return scan_listener(seq, sk, task);
	case TCP_CLOSE:
	case TCP_SYN_RECV:
	case TCP_TIME_WAIT:
	case TCP_NEW_SYN_RECV:
		return;
	default:
		return scan_connection(seq, sk, task);
	}
}

#endif
