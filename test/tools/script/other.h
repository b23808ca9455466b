/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets that have TCP's protocol number, 6, and are no TCP ones. What they connect is not counted. */
#ifndef CONNGEN_SCRIPT_OTHER_H
#define CONNGEN_SCRIPT_OTHER_H

#include <linux/netlink.h>

#include "script/socket.h"

/* A kernel need not have IPsec. */
static int connect_other(struct slot *slot, const void *to, socklen_t length)
{
	/* NETLINK_XFRM is 6, too. */
	int fd = socket(((const struct sockaddr *)to)->sa_family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);

	if (fd < 0)
		return errno;
	take_slot(slot, fd);
	return connect(fd, to, length) ? errno : 0;
}

/* raw SLOT ADDRESS: a raw socket, connected */
static int run_raw(struct script *script, char **words)
{
	struct address to = parse_address(words[2], 0);

	return connect_other(slot_of(script, words[1]), &to.storage, to.length);
}

/* xfrm SLOT: a netlink socket of IPsec, connected to the kernel */
static int run_xfrm(struct script *script, char **words)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	return connect_other(slot_of(script, words[1]), &kernel, sizeof(kernel));
}

#endif
