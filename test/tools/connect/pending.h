/* SPDX-License-Identifier: Apache-2.0 */
/* Connects that nobody answers, and how they are given up. */
#ifndef CONNGEN_CONNECT_PENDING_H
#define CONNGEN_CONNECT_PENDING_H

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "address.h"
#include "clock.h"
#include "ending.h"
#include "options.h"
#include "truth.h"

/* Starts a connect; returns the socket, or -1 when it has ended already. */
static int begin_connect(struct truth *truth, const struct options *options, const struct address *to)
{
	int fd = new_socket(to->storage.ss_family, options->mptcp);

	if (fcntl(fd, F_SETFL, O_NONBLOCK))
		fail("O_NONBLOCK");
	truth->attempts++;
	if (connect(fd, (const struct sockaddr *)&to->storage, to->length) && errno == EINPROGRESS)
		return fd;
	count_end(truth, errno);
	close(fd);
	return -1;
}

/* Closes the socket. Whether a SYN had to be sent again is what tells unanswered from cancelled. */
static void abandon_connect(struct truth *truth, int fd)
{
	struct pollfd polled = { .fd = fd, .events = POLLOUT };
	struct tcp_info info = { 0 };
	socklen_t length = sizeof(info);
	int error = 0;

	if (poll(&polled, 1, 0) > 0) {
		length = sizeof(error);
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
		count_end(truth, error);
	} else {
		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length))
			fail("TCP_INFO");
		truth->failures[info.tcpi_total_retrans ? FAIL_UNANSWERED : FAIL_CANCELLED]++;
	}
	close(fd);
}

struct pending {
	int *fds;
	long count;
};

static struct pending begin_all(struct truth *truth, const struct options *options, const struct address *to)
{
	struct pending pending = { .fds = calloc((size_t)options->count, sizeof(int)) };

	if (!pending.fds)
		fail("memory");
	for (long i = 0; i < options->count; i++) {
		int fd = begin_connect(truth, options, to);

		if (fd >= 0)
			pending.fds[pending.count++] = fd;
	}
	return pending;
}

static void abandon_all(struct truth *truth, struct pending *pending)
{
	for (long i = 0; i < pending->count; i++)
		abandon_connect(truth, pending->fds[i]);
	free(pending->fds);
}

static struct truth give_up(const struct options *options, const struct address *to)
{
	struct truth truth = { 0 };
	struct pending pending = begin_all(&truth, options, to);

	wait_ms(options->give_up);
	abandon_all(&truth, &pending);
	return truth;
}

static struct truth cancel(const struct options *options, const struct address *to)
{
	struct truth truth = { 0 };

	for (long i = 0; i < options->count; i++) {
		int fd = begin_connect(&truth, options, to);

		if (fd >= 0)
			abandon_connect(&truth, fd);
	}
	return truth;
}

#endif
