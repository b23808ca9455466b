/* SPDX-License-Identifier: Apache-2.0 */
/* Connects that are refused: to ever other destinations, or by ever other processes. */
#ifndef FLOOD_CONNECT_H
#define FLOOD_CONNECT_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "clock.h"
#include "flood_options.h"

/* The index-th destination: 127.1.0.0 and up, port 9, then the next port. */
static struct sockaddr_in destination_of(unsigned long index)
{
	unsigned long hosts = 0xfe0000;

	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons((uint16_t)(FLOOD_PORT + index / hosts)),
				     .sin_addr.s_addr = htonl((uint32_t)(0x7f010000 + index % hosts)) };
}

/* Returns the errno of the connect, or -1 when there was none. */
static int connect_to(struct sockaddr_in destination)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -1;
	error = connect(fd, (struct sockaddr *)&destination, sizeof(destination)) ? errno : 0;
	close(fd);
	return error;
}

static void count_connect(struct made *made, int error)
{
	if (error < 0)
		return;
	made->attempts++;
	if (error == ECONNREFUSED)
		made->refused++;
}

static struct made flood_destinations(const struct flood *flood, int worker)
{
	struct made made = { 0 };

	for (long index = worker; index < flood->count && now_ns() < flood->deadline; index += flood->workers)
		count_connect(&made, connect_to(destination_of((unsigned long)index)));
	return made;
}

/* Connects in a process of its own, which is gone then. With vfork it has no memory to make. */
static __attribute__((noinline)) int connect_in_child(void)
{
	volatile int error = -1;
	pid_t pid = vfork();

	if (pid == 0) {
		error = connect_to(destination_of(0));
		_exit(0);
	}
	/* This user may have no process more: some are on their way out. */
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return error;
}

static struct made flood_processes(const struct flood *flood)
{
	struct made made = { 0 };

	for (long index = 0; index < flood->count / flood->workers && now_ns() < flood->deadline; index++)
		count_connect(&made, connect_in_child());
	return made;
}

#endif
