/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Connects that fail before the socket changes its state, so that no tracepoint
 * tells of them: no route, a route that prohibits, a filter that refuses. They are
 * seen where connect() returns: at the kernel function (fexit, else kretprobe), or,
 * when asked for, at the system call, which costs every system call of the machine.
 */
#ifndef CONNWATCH_SYNC_H
#define CONNWATCH_SYNC_H

#include "base/outcome.bpf.h"
#include "events/record.bpf.h"

/* Where a connect was going, in the terms of struct cw_event. */
struct destination {
	u8 address[CW_ADDR_LEN];
	u16 port;
};

struct sockaddr_any {
	u16 family;
	u16 port; /* both network order */
	union {
		u32 v4;
		struct {
			u32 flowinfo;
			u8 v6[CW_ADDR_LEN];
		};
	};
};

/* False when it is no address of that family. */
static __always_inline bool destination_of(struct destination *to, const struct sockaddr_any *from)
{
	to->port = bpf_ntohs(from->port);
	if (from->family == AF_INET)
		map_v4(to->address, from->v4);
	else if (from->family == AF_INET6)
		__builtin_memcpy(to->address, from->v6, CW_ADDR_LEN);
	else
		return false;
	return true;
}

/* given_cookie() for such a pointer too. */
static __always_inline u64 cookie_read(struct sock *sk)
{
#ifdef LOWER_RUNG
	return socket_cookie(sk);
#else
	return BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
#endif
}

/* netns_of() for a pointer that may be read with care only. */
static __always_inline u32 netns_read(struct sock *sk)
{
	struct net *net = BPF_CORE_READ(sk, __sk_common.skc_net.net);

	return netns_by_inode ? BPF_CORE_READ(net, ns.inum) : (u32)BPF_CORE_READ(net, net_cookie);
}

/* Whether the failure has been counted by the socket's change of state; takes the
 * mark off. A socket without a cookie has never changed its state. */
static __always_inline bool counted_by_state(u64 cookie)
{
	u64 *mark = cookie ? mark_slot(cookie) : NULL;

	if (!mark || *mark != cookie)
		return false;
	*mark = 0;
	return true;
}

static __always_inline void on_failed_at_once(u64 cookie, u32 netns, const struct destination *to,
					      int error)
{
	u8 outcome = outcome_of_error(error);
	struct cw_event *event;
	u64 cgroup = 0;
	cw_owner owner = current_owner(&cgroup);

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		struct cw_fold amount = {};

		fold_record(cgroup, netns, outcome, &amount);
		return;
	}
	__builtin_memset(event, 0, sizeof(*event));
	begin_record(event, CW_KIND_CONNECT, owner_flags(owner) | CW_FLAG_NO_SYN | CW_FLAG_SYNC, netns);
	event->time = bpf_ktime_get_ns();
	event->cookie = cookie;
	event->owner = owner;
	event->cgroup = cgroup;
	__builtin_memcpy(event->raddr, to->address, CW_ADDR_LEN);
	event->rport = to->port;
	event->error = (u16)error;
	event->outcome = outcome;
	event->role = CW_ROLE_CLIENT;
	submit(event);
}

/*
 * tcp_v4_connect or tcp_v6_connect has returned. An address of the wrong family or
 * length is the program's mistake and no attempt. IPv4 in IPv6 is passed on from
 * the one function to the other, and counted there.
 */
static __always_inline void on_connect_returned(struct sock *sk, const void *address, int length,
						int result)
{
	struct sockaddr_any given = {};
	struct destination to = {};
	u64 cookie;

	if (result >= 0 || length < 16)
		return;
	bpf_probe_read_kernel(&given, length >= (int)sizeof(given) ? sizeof(given) : 16, address);
	if (!destination_of(&to, &given) ||
	    (given.family == AF_INET6 && is_mapped_v4(to.address)))
		return;
	cookie = cookie_read(sk);
	if (counted_by_state(cookie))
		return;
	on_failed_at_once(cookie, netns_read(sk), &to, -result);
}

/* Results of connect() that are no failure of an attempt, or of one that began before. */
static __always_inline bool is_attempt_failure(int error)
{
	switch (error) {
	case 1:   /* EPERM */
	case 12:  /* ENOMEM */
	case 13:  /* EACCES */
	case 22:  /* EINVAL: a blackhole route */
	case 99:  /* EADDRNOTAVAIL */
	case 100: /* ENETDOWN */
	case 101: /* ENETUNREACH */
	case 105: /* ENOBUFS */
	case 112: /* EHOSTDOWN */
	case 113: /* EHOSTUNREACH */
		return true;
	default:
		return false;
	}
}

/* The socket behind a file descriptor of the current task, not to be trusted. */
static __always_inline struct sock *socket_of(struct task_struct *task, u32 fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd);
	struct file *file = NULL;
	struct socket *socket;

	if (fd >= BPF_CORE_READ(table, max_fds) ||
	    bpf_probe_read_kernel(&file, sizeof(file), files + fd) || !file)
		return NULL;
	if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	return socket ? BPF_CORE_READ(socket, sk) : NULL;
}

/* Of an MPTCP socket its first subflow, by which it connects. */
static __always_inline struct sock *tcp_socket_of(struct sock *sk)
{
	struct mptcp_sock *connection = (struct mptcp_sock *)sk;

	if (!sk || BPF_CORE_READ(sk, sk_protocol) != IPPROTO_MPTCP)
		return sk;
	return bpf_core_type_exists(struct mptcp_sock) ? BPF_CORE_READ(connection, first) : NULL;
}

static __always_inline void on_syscall_returned(u32 fd, const void *address, u32 length, long result)
{
	struct sockaddr_any given = {};
	struct destination to = {};
	struct sock *sk;
	u64 cookie;

	if (result >= 0 || result < -4095)
		return;
	sk = tcp_socket_of(socket_of(bpf_get_current_task_btf(), fd));
	if (!sk || !is_tcp(BPF_CORE_READ(sk, __sk_common.skc_family), BPF_CORE_READ(sk, sk_type),
			   BPF_CORE_READ(sk, sk_protocol)))
		return;
	cookie = cookie_read(sk);
	if (counted_by_state(cookie) || !is_attempt_failure((int)-result) ||
	    BPF_CORE_READ(sk, __sk_common.skc_state) != TCP_CLOSE)
		return;
	if (length < 16 || bpf_probe_read_user(&given, length >= sizeof(given) ? sizeof(given) : 16,
					       address))
		return;
	if (!destination_of(&to, &given))
		return;
	on_failed_at_once(cookie, netns_read(sk), &to, (int)-result);
}

#endif
