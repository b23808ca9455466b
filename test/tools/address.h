/* SPDX-License-Identifier: Apache-2.0 */
/* Socket addresses: where to, and where from. */
#ifndef CONNGEN_ADDRESS_H
#define CONNGEN_ADDRESS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "fail.h"

struct address {
	struct sockaddr_storage storage;
	socklen_t length;
};

static struct address parse_address(const char *text, int port)
{
	struct address address = { 0 };
	struct sockaddr_in *v4 = (struct sockaddr_in *)&address.storage;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address.storage;

	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		address.length = sizeof(*v4);
	} else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		address.length = sizeof(*v6);
	} else {
		usage_error("--address", text);
	}
	return address;
}

static int port_of(const struct address *address)
{
	/* The port has the same place in both families. */
	return ntohs(((const struct sockaddr_in *)&address->storage)->sin_port);
}

static int new_socket(int family, bool mptcp)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, mptcp ? IPPROTO_MPTCP : IPPROTO_TCP);

	if (fd < 0)
		fail("socket");
	return fd;
}

/*
 * Connect from 127.1.x.y, a different one each time: one address has only some
 * 28,000 ports to connect from. The port is chosen by connect().
 */
static void bind_source(int fd, long index, int sources)
{
	unsigned host = (unsigned)(index % sources);
	struct sockaddr_in source = { .sin_family = AF_INET };

	source.sin_addr.s_addr = htonl(0x7f010000u + (host / 250 << 8) + host % 250 + 1);
	if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){ 1 }, sizeof(int)) ||
	    bind(fd, (struct sockaddr *)&source, sizeof(source)))
		fail("bind to a source address");
}

/* The IPv4 address so many further on, of `peers` in turn. */
static inline struct address peer_of(const struct address *first, long index, int peers)
{
	struct address peer = *first;
	struct sockaddr_in *v4 = (struct sockaddr_in *)&peer.storage;

	v4->sin_addr.s_addr = htonl(ntohl(v4->sin_addr.s_addr) + (uint32_t)(index % peers));
	return peer;
}

#endif
