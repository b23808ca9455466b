/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * A look at every TCP socket that a file descriptor holds, in all network
 * namespaces. It finds those from before the programs, reports what long-lived
 * ones have moved meanwhile and how full the listeners' queues are, and repairs
 * what the programs were skipped for.
 *
 * It runs without the socket's lock, while the socket changes. What has been reported
 * of a connection moves on by compare-and-swap, so that a scan and the record of
 * the end share what there is to report, and neither reports it twice.
 */
#ifndef CONNWATCH_SCAN_H
#define CONNWATCH_SCAN_H

#include "events/listen.bpf.h"
#include "events/unshown.bpf.h"

/* Younger records may be in the middle of the change that made them. */
#define SETTLED_NS 1000000000ULL

/* What one socket has to say at most. */
const volatile char most_of_a_scan[sizeof(struct cw_event) + sizeof(struct cw_netns)] = {};

/* When a record does not fit what read() can still give, the kernel shows the same
 * element again at the next read(): nothing may have been changed by then. */
static __always_inline bool has_room(struct seq_file *seq)
{
	if (seq->size - seq->count > sizeof(most_of_a_scan))
		return true;
	bpf_seq_write(seq, (const void *)most_of_a_scan, sizeof(most_of_a_scan));
	return false;
}

/* One copy of it. */
static __noinline cw_owner task_owner(struct task_struct *task, u64 *cgroup)
{
	return owner_of(task, cgroup);
}

/* What `connwatch snapshot` shows. Nothing is counted from it. */
static __always_inline void note_queues(struct sock *sk, struct tcp_sock *tcp, struct cw_conn *conn)
{
	conn->local_port = bpf_ntohs(GET(tcp, inet_conn.icsk_inet.inet_sport));
	conn->srtt_us = GET(tcp, srtt_us) >> 3;
	conn->receive_queue = GET(tcp, rcv_nxt) - GET(tcp, copied_seq);
	conn->send_queue = GET(tcp, write_seq) - GET(tcp, snd_una);
}

/* A socket that is not known: from before the programs, or its accept was skipped. */
static __always_inline void find(struct sock *sk, struct tcp_sock *tcp, struct task_struct *task,
				 u64 cookie, u8 state)
{
	struct cw_conn *conn;
	struct child *child;
	bool unseen;
	u64 cgroup;

	if (has_just_ended(sk, cookie))
		return;
	child = take_child((u64)sk);
	unseen = child || was_accepted_unseen(sk, tcp, state);
	conn = claim_conn(sk, cookie);
	if (!conn) {
		count_loss(CW_LOSS_START_STORE, CW_CLASS_ACCEPT);
		return;
	}
	fill_server(conn, sk, tcp, state);
	conn->seen = scan;
	note_queues(sk, tcp, conn);
	if (unseen) {
		own_accepted(sk, conn, child);
		conn->flags |= CW_FLAG_LATE;
#ifdef LOWER_RUNG /* No cut counts it. */
		report_accept(sk, tcp, conn, cookie);
#endif
	} else {
		conn->owner = task_owner(task, &cgroup);
		conn->cgroup = cgroup;
		conn->role = state == TCP_SYN_SENT ? CW_ROLE_CLIENT : role_of(sk);
		conn->flags |= CW_FLAG_FOUND;
		conn->opened |= CW_COUNTED;
		conn->sent_told = payload_sent(sk, tcp, conn->role);
		conn->received_told = payload_received(sk, tcp);
	}
	if (state == TCP_SYN_SENT)
		conn->opened = 0;
	publish_conn(conn, cookie);
	/* It may have ended before the record was there to be found. */
	if (GET_AGAIN(sk, __sk_common.skc_state) == TCP_CLOSE)
		free_conn(sk, conn);
}

static __always_inline u64 claim(u64 *told, u64 now)
{
	u64 before = *(volatile u64 *)told;

	if (before == CW_TOLD_ALL || now <= before ||
	    __sync_val_compare_and_swap(told, before, now) != before)
		return 0;
	return now - before;
}

static __noinline void report_flow(struct seq_file *seq, struct sock *sk, struct tcp_sock *tcp,
					struct cw_conn *conn)
{
	u32 acked = GET(tcp, snd_una), retransmits = GET(tcp, total_retrans);
	u64 sent = payload_sent(sk, tcp, conn->role);
	u64 received = payload_received(sk, tcp);
	struct cw_event event;

	/* A FIN came between: next time. */
	if (GET_AGAIN(tcp, snd_una) != acked)
		return;
	sent = claim(&conn->sent_told, sent);
	received = claim(&conn->received_told, received);
	retransmits -= conn->retransmits_told;
	if (!sent && !received && !retransmits)
		return;
	conn->retransmits_told += retransmits;
	fill_event(&event, sk, tcp, conn, CW_KIND_FLOW, 0, bpf_ktime_get_ns());
	event.duration = 0;
	event.bytes_sent = sent;
	event.bytes_received = received;
	event.data_retransmits = retransmits;
	bpf_seq_write(seq, &event, sizeof(event));
}

/* How far a connection has come. */
static __always_inline u8 progress(u8 state)
{
	switch (state) {
	case TCP_SYN_SENT:
		return 0;
	case TCP_SYN_RECV:
		return 1;
	case TCP_ESTABLISHED:
		return 2;
	case TCP_FIN_WAIT1:
	case TCP_CLOSE_WAIT:
		return 3;
	default:
		return 4;
	}
}

/* `state` was read from the socket before the record was. The programs write it into
 * the record before the kernel writes it into the socket. */
static __always_inline void catch_up(struct sock *sk, struct cw_conn *conn, u8 state)
{
	if (progress(state) <= progress(*(volatile u8 *)&conn->state))
		return;
	if (progress(state) >= 2 && connecting(conn))
		connected_unseen(sk, conn);
	*(volatile u8 *)&conn->state = state;
}

static __always_inline void scan_connection(struct seq_file *seq, struct sock *sk,
					    struct task_struct *task, u8 state)
{
	struct tcp_sock *tcp = tcp_of(sk);
	u64 cookie = socket_cookie(sk), cgroup;
	struct cw_conn *conn;

	if (!tcp)
		return;
	conn = find_conn(sk, cookie);
	if (!conn)
		return find(sk, tcp, task, cookie, state);
	/* Several processes may hold it. An atomic operation is a barrier, too. */
	if (__sync_lock_test_and_set(&conn->seen, scan) == scan)
		return;
	note_queues(sk, tcp, conn);
	catch_up(sk, conn, state);
	if (!conn->owner) {
		conn->owner = task_owner(task, &cgroup);
		conn->cgroup = cgroup;
	}
	if (!connecting(conn))
		report_flow(seq, sk, tcp, conn);
}

/* A closed socket that a descriptor still holds: nobody waits for it to be gone. */
static __always_inline void scan_closed(struct sock *sk)
{
	u64 cookie = given_cookie(sk);
	struct cw_conn *conn = cookie ? find_conn(sk, cookie) : NULL;

	if (conn && !connecting(conn) && conn->since + SETTLED_NS < bpf_ktime_get_ns() &&
	    GET_AGAIN(sk, __sk_common.skc_state) == TCP_CLOSE)
		*(volatile u8 *)&conn->state = TCP_CLOSE;
}

/* The queue of a listener from before may hold children from before (enum early). */
static __always_inline void age(struct sock *sk, struct listener *listener)
{
	struct port port = { .netns = listener->netns, .port = listener->port };

	if (listener->early == EARLY && GET(sk, sk_ack_backlog))
		return;
	listener->early--;
	bpf_map_update_elem(&ports, &port, listener, BPF_ANY);
}

static __noinline struct listener *find_new_listener(struct sock *sk, struct task_struct *task)
{
	u64 cgroup;
	cw_owner owner = task_owner(task, &cgroup);

	return remember_listener(sk, owner, cgroup, EARLY);
}

static __always_inline void scan_listener(struct seq_file *seq, struct sock *sk,
					  struct task_struct *task)
{
	struct listener *listener = find_listener(sk);
	struct backlog *backlog = backlog_of(sk);
	struct cw_listen record;

	/* Of several processes that hold it (pre-forked servers) the first one is the owner. */
	if (!listener || (needs_clones() && listener->sock == (u64)sk))
		listener = find_new_listener(sk, task);
	else if (listener->early)
		age(sk, listener);
	if (!listener)
		return;
	if (!backlog) {
		backlog = make_backlog(sk);
		if (!backlog)
			return;
		/* What it dropped before is not ours to report. */
		backlog->drops_told = (u32)GET(sk, sk_drops.counter);
	}
	fill_listen(&record, sk, listener, backlog);
	bpf_seq_write(seq, &record, sizeof(record));
}

static __always_inline u32 netns_inode_of(struct task_struct *task)
{
#ifdef LOWER_RUNG
	return BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
#else
	return task->nsproxy->net_ns->ns.inum;
#endif
}

#define NOBODY_IN_IT (1u << 31)

/* Names a thread that is in the network namespace, through which user space reads the kernel's own
 * counters. A thread that only holds a socket of it need not be in it: pid 0, nobody found so far. */
static __always_inline void report_namespace(struct seq_file *seq, struct sock *sk,
					     struct task_struct *task)
{
	u32 netns = netns_of_sock(sk), now = scan, mark;
	u32 *met = bpf_map_lookup_elem(&namespaces, &netns);
	struct cw_netns record;

	if (met && *met == now)
		return;
	record.inode = GET_VIA(sk, __sk_common.skc_net.net, ns.inum);
	record.pid = netns_inode_of(task) == record.inode ? GET(task, pid) : 0;
	mark = record.pid ? now : now | NOBODY_IN_IT;
	if (met && *met == mark)
		return;
	bpf_map_update_elem(&namespaces, &netns, &mark, BPF_ANY);
	begin_record(&record, CW_KIND_NETNS, 0, netns);
	bpf_seq_write(seq, &record, sizeof(record));
}

static __always_inline void scan_socket(struct seq_file *seq, struct sock *sk,
					struct task_struct *task)
{
	u8 state = GET_AGAIN(sk, __sk_common.skc_state);

	if (!is_tcp(GET(sk, __sk_common.skc_family), GET(sk, sk_type), GET(sk, sk_protocol)))
		return;
	if (!scan) {
		if (state == TCP_LISTEN)
			find_new_listener(sk, task);
		return;
	}
	report_namespace(seq, sk, task);
	switch (state) {
	case TCP_LISTEN:
		return scan_listener(seq, sk, task);
	case TCP_CLOSE:
		return scan_closed(sk);
	case TCP_SYN_RECV:
	case TCP_TIME_WAIT:
	case TCP_NEW_SYN_RECV:
		return;
	default:
		return scan_connection(seq, sk, task, state);
	}
}

#endif
