/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* How a socket is read. */
#ifndef CONNWATCH_SOCKET_H
#define CONNWATCH_SOCKET_H

#include "base/maps.bpf.h"
#include <bpf/bpf_endian.h>

#ifndef LOWER_RUNG
static __always_inline u64 socket_cookie(struct sock *sk)
{
	u64 cookie = GET(sk, __sk_common.skc_cookie.counter);

	return cookie ? cookie : bpf_get_socket_cookie(sk);
}

/* 0: it has none, so no program has seen it. */
static __always_inline u64 given_cookie(struct sock *sk)
{
	return GET(sk, __sk_common.skc_cookie.counter);
}
#else
/* The kernel gives these programs no cookie. The address says as much while the socket is there; records leave
 * this machine, so they do not show the address itself. */
static __always_inline u64 socket_cookie(struct sock *sk)
{
	return (u64)sk >> 6 ^ address_key;
}

static __always_inline u64 given_cookie(struct sock *sk)
{
	return socket_cookie(sk);
}
#endif

/* Six is a protocol of raw sockets and of netlink, too; bpf_skc_to_tcp_sock() looks at nothing else. */
static __always_inline bool is_tcp(u16 family, u16 type, u16 protocol)
{
	return protocol == IPPROTO_TCP && type == SOCK_STREAM &&
	       (family == AF_INET || family == AF_INET6);
}

/* A Fast Open that waits for data (TCP_FASTOPEN_CONNECT): connect() has returned, no SYN is sent.
 * The kernel takes the mark off after the state is changed (tcp_disconnect). */
static __always_inline bool is_deferred(struct sock *sk)
{
	struct inet_sock *inet = (struct inet_sock *)sk;
	struct inet_sock___bits *older = (struct inet_sock___bits *)sk;

	if (bpf_core_field_exists(inet->inet_flags))
		return BPF_CORE_READ(inet, inet_flags) >> INET_FLAGS_DEFER_CONNECT & 1;
	return bpf_core_field_exists(older->defer_connect) &&
	       BPF_CORE_READ_BITFIELD_PROBED(older, defer_connect);
}

/* Number of a network namespace (event.h, struct cw_netns). */
static __always_inline u32 number_of(struct net *net)
{
	return netns_by_inode ? GET(net, ns.inum) : (u32)GET(net, net_cookie);
}

/* Not by the argument of a program, which the verifier trusts: for each pointer that is read
 * through one that it trusts, it looks up names among all types of the kernel. */
static __always_inline u32 netns_of(struct tcp_sock *tcp)
{
	return number_of(GET(tcp, inet_conn.icsk_inet.sk.__sk_common.skc_net.net));
}

static __always_inline u32 netns_of_sock(struct sock *sk)
{
	return number_of(GET(sk, __sk_common.skc_net.net));
}

static __always_inline void map_v4(u8 *to, u32 address)
{
	((u32 *)to)[0] = 0;
	((u32 *)to)[1] = 0;
	((u32 *)to)[2] = bpf_htonl(0xffff);
	((u32 *)to)[3] = address;
}

static __always_inline void copy_v6(u8 *to, struct in6_addr *address)
{
	bpf_probe_read_kernel(to, CW_ADDR_LEN, address);
}

static __always_inline bool is_v6(struct sock *sk)
{
	return GET(sk, __sk_common.skc_family) == AF_INET6;
}

static __always_inline void remote_address(u8 *to, struct sock *sk)
{
	if (is_v6(sk))
		copy_v6(to, &sk->__sk_common.skc_v6_daddr);
	else
		map_v4(to, GET(sk, __sk_common.skc_daddr));
}

/* The kernel's counters of acknowledged and received bytes count SYN and FIN too:
 * each takes a sequence number (tcp_snd_una_update, tcp_rcv_nxt_update). */
static __always_inline u64 payload_sent(struct sock *sk, struct tcp_sock *tcp, u8 role)
{
	const u32 fin_sent = 1 << TCP_FIN_WAIT1 | 1 << TCP_FIN_WAIT2 | 1 << TCP_CLOSING |
			     1 << TCP_LAST_ACK;
	bool fin_acked = (1u << (GET(sk, __sk_common.skc_state) & 31) & fin_sent) &&
			 GET(tcp, snd_una) == GET(tcp, write_seq);
	u64 extra = (role == CW_ROLE_CLIENT) + fin_acked;
	u64 bytes = GET(tcp, bytes_acked);

	return bytes > extra ? bytes - extra : 0;
}

static __always_inline bool peer_has_finished(struct sock *sk)
{
	return GET(sk, __sk_common.skc_flags) >> SOCK_DONE & 1; /* tcp_fin sets it */
}

static __always_inline u64 payload_received(struct sock *sk, struct tcp_sock *tcp)
{
	u64 bytes = GET(tcp, bytes_received);

	return bytes - (bytes && peer_has_finished(sk));
}

static __always_inline bool is_mapped_v4(const u8 *address)
{
	const u32 *words = (const u32 *)address;

	return !words[0] && !words[1] && words[2] == bpf_htonl(0xffff);
}

#endif
