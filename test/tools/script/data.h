/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that a script sends and receives. */
#ifndef CONNGEN_SCRIPT_DATA_H
#define CONNGEN_SCRIPT_DATA_H

#include "script/connect.h"

static char payload[1 << 16];

/* send SLOT BYTES: all of them */
static int run_send(struct script *script, char **words)
{
	struct slot *slot = slot_of(script, words[1]);
	long left = number("bytes", words[2], 1L << 40);

	while (left > 0) {
		size_t size = left < (long)sizeof(payload) ? (size_t)left : sizeof(payload);
		ssize_t sent = send(slot->fd, payload, size, 0);

		if (sent < 0)
			return errno;
		left -= sent;
	}
	/* The SYN of a deferred Fast Open has gone out with it. */
	if (slot->pending)
		settle(script, slot);
	return 0;
}

/* fastopen SLOT ADDRESS PORT BYTES: connects with bytes in the SYN, if the kernel has a cookie or needs none */
static int run_fastopen(struct script *script, char **words)
{
	struct slot *slot = slot_of(script, words[1]);
	struct address to = parse_address(words[2], (int)number("port", words[3], 65535));
	size_t bytes = (size_t)number("bytes", words[4], 1000);
	ssize_t sent = sendto(slot->fd, payload, bytes, MSG_FASTOPEN, (struct sockaddr *)&to.storage, to.length);

	return count_connect(script, slot, sent < 0 ? errno : 0);
}

/* receive SLOT BYTES: all of them, or to the end */
static int run_receive(struct script *script, char **words)
{
	int fd = slot_of(script, words[1])->fd;
	long wanted = number("bytes", words[2], 1L << 40), got = 0;

	while (got < wanted) {
		size_t size = wanted - got < (long)sizeof(payload) ? (size_t)(wanted - got) : sizeof(payload);
		ssize_t some = recv(fd, payload, size, 0);

		if (some < 0)
			return errno;
		if (some == 0)
			break;
		got += some;
	}
	snprintf(script->fields, sizeof(script->fields), ",\"bytes\":%ld", got);
	return 0;
}

/* drain SLOT: everything until the other side has closed, in whichever way */
static int run_drain(struct script *script, char **words)
{
	char all[] = "1099511627776";

	words[2] = all;
	return run_receive(script, words);
}

/* shutdown SLOT read|write|both */
static int run_shutdown(struct script *script, char **words)
{
	struct slot *slot = slot_of(script, words[1]);
	int how = *words[2] == 'r' ? SHUT_RD : *words[2] == 'w' ? SHUT_WR : SHUT_RDWR;

	/* Of a socket that connects it is the end. */
	if (how != SHUT_RD)
		give_up_slot(script, slot);
	return shutdown(slot->fd, how) ? errno : 0;
}

#endif
