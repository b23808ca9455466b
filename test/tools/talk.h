/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does with connections what it is told, one command a line, and says {"said":N} when
 * the Nth is done: two of these have a conversation whose order a test decides.
 */
#ifndef CONNGEN_TALK_H
#define CONNGEN_TALK_H

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "address.h"
#include "ending.h"
#include "truth.h"

static const char TALK_USAGE[] =
	"talk: commands on standard input; connections are numbered from 0, in the order they are made\n"
	"  listen BACKLOG    on the address; says the port\n"
	"  connect PORT      of the address\n"
	"  accept            the next connection\n"
	"  send I BYTES      and wait until the peer has acknowledged all\n"
	"  read I BYTES      exactly so many\n"
	"  arrived I BYTES   wait until so many are there to be read, and leave them\n"
	"  eof I             read; it is an error when there is more than the end\n"
	"  shutdown I        send no more\n"
	"  close I\n"
	"  reset I           close with SO_LINGER 0\n";

#define MOST_TALKS 256

struct talk {
	struct address *address;
	struct truth *truth;
	int listener;
	int fds[MOST_TALKS];
	int count;
};

static void wait_for(int fd, unsigned long request, int expected)
{
	int value;

	for (;;) {
		if (ioctl(fd, request, &value))
			fail("ioctl");
		if (value == expected)
			return;
		poll(NULL, 0, 1);
	}
}

static void send_exactly(int fd, long bytes)
{
	static const char buffer[65536];

	while (bytes > 0) {
		ssize_t sent = send(fd, buffer, bytes < (long)sizeof(buffer) ? (size_t)bytes : sizeof(buffer), MSG_NOSIGNAL);

		if (sent < 0)
			fail("send");
		bytes -= sent;
	}
	wait_for(fd, SIOCOUTQ, 0);
}

static void read_exactly(int fd, long bytes)
{
	char buffer[65536];

	while (bytes > 0) {
		ssize_t got = read(fd, buffer, bytes < (long)sizeof(buffer) ? (size_t)bytes : sizeof(buffer));

		if (got < 0)
			fail("read");
		if (got == 0)
			fail("the end came early");
		bytes -= got;
	}
}

static void expect_eof(int fd)
{
	char byte;
	ssize_t got = read(fd, &byte, 1);

	if (got < 0)
		fail("read");
	if (got > 0)
		fail("more than the end came");
}

static void add_talk(struct talk *talk, int fd)
{
	if (fd < 0)
		fail("connect or accept");
	if (talk->count == MOST_TALKS)
		fail("too many connections");
	talk->fds[talk->count++] = fd;
}

static void talk_listen(struct talk *talk, int backlog)
{
	struct address *address = talk->address;

	talk->listener = new_socket(address->storage.ss_family, false);
	if (bind(talk->listener, (struct sockaddr *)&address->storage, address->length) ||
	    listen(talk->listener, backlog) ||
	    getsockname(talk->listener, (struct sockaddr *)&address->storage, &address->length))
		fail("listen");
}

static void talk_connect(struct talk *talk, int port)
{
	struct address to = *talk->address;
	int fd = new_socket(to.storage.ss_family, false);

	((struct sockaddr_in *)&to.storage)->sin_port = htons((uint16_t)port);
	talk->truth->attempts++;
	if (connect(fd, (struct sockaddr *)&to.storage, to.length))
		fail("connect");
	talk->truth->successes++;
	add_talk(talk, fd);
}

static void with_connection(int fd, const char *command, long bytes)
{
	if (!strcmp(command, "send"))
		send_exactly(fd, bytes);
	else if (!strcmp(command, "read"))
		read_exactly(fd, bytes);
	else if (!strcmp(command, "arrived"))
		wait_for(fd, FIONREAD, (int)bytes);
	else if (!strcmp(command, "eof"))
		expect_eof(fd);
	else if (!strcmp(command, "shutdown"))
		shutdown(fd, SHUT_WR);
	else if (!strcmp(command, "close"))
		close(fd);
	else if (!strcmp(command, "reset"))
		close_reset(fd);
	else
		usage_error("talk", command);
}

static void do_command(struct talk *talk, const char *line)
{
	char command[16];
	long first = 0, second = 0;

	if (sscanf(line, "%15s %ld %ld", command, &first, &second) < 1)
		usage_error("talk", line);
	if (!strcmp(command, "listen")) {
		talk_listen(talk, (int)first);
	} else if (!strcmp(command, "connect")) {
		talk_connect(talk, (int)first);
	} else if (!strcmp(command, "accept")) {
		add_talk(talk, accept4(talk->listener, NULL, NULL, SOCK_CLOEXEC));
		talk->truth->accepts++;
	} else if (first >= 0 && first < talk->count) {
		with_connection(talk->fds[first], command, second);
	} else {
		usage_error("talk", line);
	}
}

static void talk_until_end(struct truth *truth, struct address *address)
{
	struct talk talk = { .address = address, .truth = truth, .listener = -1 };
	char line[64];

	for (int said = 1; fgets(line, sizeof(line), stdin); said++) {
		do_command(&talk, line);
		printf("{\"said\":%d,\"port\":%d}\n", said, port_of(address));
		fflush(stdout);
	}
}

#endif
