/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets that stay open, and processes that share them. */
#ifndef FLOOD_HOLD_H
#define FLOOD_HOLD_H

#include "flood_connect.h"

/* From so many addresses of 127.2.0.0/16 that local ports last. */
static void bind_source(int fd, long index)
{
	struct sockaddr_in source = { .sin_family = AF_INET,
				      .sin_addr.s_addr = htonl((uint32_t)(0x7f020001 + index / 20000)) };
	int on = 1;

	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&source, sizeof(source)))
		fail("bind");
}

static int open_flood_listener(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (fd < 0 || bind(fd, (struct sockaddr *)address, length) || listen(fd, 1024) ||
	    getsockname(fd, (struct sockaddr *)address, &length))
		fail("listen");
	return fd;
}

/* Both ends of each connection; returns how many sockets. */
static long open_sockets(long count)
{
	struct sockaddr_in address;
	int listener = open_flood_listener(&address);
	long open;

	for (open = 0; open + 2 <= count; open += 2) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		int other = fd < 0 ? -1 : dup(fd);

		/* Room for both, or for none. */
		if (other < 0)
			break;
		close(other);
		bind_source(fd, open / 2);
		if (connect(fd, (struct sockaddr *)&address, sizeof(address)) || accept(listener, NULL, NULL) < 0)
			fail("connect");
	}
	return open;
}

static void share(int sharers)
{
	for (int sharer = 0; sharer < sharers; sharer++) {
		pid_t parent = getpid();
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (pid > 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(0);
		for (;;)
			pause();
	}
}

/* A worker has as many as one process may have; until it is killed. */
static _Noreturn void hold_sockets(const struct flood *flood, int to)
{
	struct made made = { .attempts = open_sockets(flood->count / flood->workers) };

	share(flood->sharers);
	give_made(to, made);
	for (;;)
		pause();
}

#endif
