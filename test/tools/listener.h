/* SPDX-License-Identifier: Apache-2.0 */
/* Accepts connections and ends them, on the main thread or on one of its own. */
#ifndef CONNGEN_LISTENER_H
#define CONNGEN_LISTENER_H

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>

#include "address.h"
#include "ending.h"

/* How long nothing has to come before a stopped listener believes that nothing will. */
#define QUIET_MS 200

struct listener {
	int fd;
	int stop_fd; /* readable or closed: time to stop */
	enum ending ending;
	long accepts;
	/* All that will come, once the connects are done: it stops as soon as it has them. -1: not known */
	long expected;
	pthread_t thread;
	int stop_pipe[2];
};

/* Listens on the address; port 0 in it becomes the port that was taken. */
static void open_listener(struct listener *listener, struct address *address, const struct options *options)
{
	listener->fd = new_socket(address->storage.ss_family, options->mptcp);
	if (setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) ||
	    bind(listener->fd, (struct sockaddr *)&address->storage, address->length) ||
	    listen(listener->fd, options->backlog) ||
	    getsockname(listener->fd, (struct sockaddr *)&address->storage, &address->length))
		fail("listen");
	if (fcntl(listener->fd, F_SETFL, O_NONBLOCK))
		fail("O_NONBLOCK");
	listener->ending = options->ending;
	listener->expected = -1;
}

/* Takes whatever is in the queue. */
static void accept_all(struct listener *listener)
{
	for (;;) {
		int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0) {
			listener->accepts++;
			end_connection(fd, listener->ending);
		} else if (errno == EAGAIN) {
			return;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			fail("accept");
		}
	}
}

/* Accepts until it is told to stop and nothing is left to accept. */
static void *run_listener(void *argument)
{
	struct listener *listener = argument;
	struct pollfd polled[2] = { { .fd = listener->fd, .events = POLLIN },
				    { .fd = listener->stop_fd, .events = POLLIN } };

	while (!polled[1].revents) {
		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			fail("poll");
		accept_all(listener);
	}
	while (listener->accepts != listener->expected && poll(polled, 1, QUIET_MS) > 0)
		accept_all(listener);
	close(listener->fd);
	return NULL;
}

static void start_listener(struct listener *listener)
{
	if (pipe2(listener->stop_pipe, O_CLOEXEC))
		fail("pipe");
	listener->stop_fd = listener->stop_pipe[0];
	if (pthread_create(&listener->thread, NULL, run_listener, listener))
		fail("listener thread");
}

static void stop_listener(struct listener *listener, long expected)
{
	listener->expected = expected;
	close(listener->stop_pipe[1]);
	pthread_join(listener->thread, NULL);
}

#endif
