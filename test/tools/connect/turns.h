/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connect, accept, close, close, all by one thread. Nobody sleeps, so nobody has
 * to be woken: what remains is the price of the connections, for benchmarks.
 */
#ifndef CONNGEN_CONNECT_TURNS_H
#define CONNGEN_CONNECT_TURNS_H

#include "connect/plain.h"
#include "listener.h"

static int accept_one(const struct listener *listener)
{
	struct pollfd polled = { .fd = listener->fd, .events = POLLIN };
	int fd;

	while ((fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC)) < 0)
		if ((errno != EAGAIN && errno != EINTR) || (poll(&polled, 1, -1) < 0 && errno != EINTR))
			fail("accept");
	return fd;
}

/* The listener's side closes first, as a server that has answered. */
static struct truth take_turns(struct listener *listener, struct address *address, const struct options *options)
{
	struct truth truth = { 0 };

	open_listener(listener, address, options);
	for (; truth.attempts < options->count; truth.attempts++) {
		int client = new_socket(address->storage.ss_family, options->mptcp);

		if (try_connect(client, address))
			fail("connect");
		truth.successes++;
		close(accept_one(listener));
		truth.accepts++;
		close(client);
	}
	close(listener->fd);
	return truth;
}

#endif
