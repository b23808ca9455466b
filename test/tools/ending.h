/* SPDX-License-Identifier: Apache-2.0 */
/* How an established connection ends. */
#ifndef CONNGEN_ENDING_H
#define CONNGEN_ENDING_H

#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "options.h"

static void close_reset(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)))
		fail("SO_LINGER");
	close(fd);
}

/* Until the other side has closed, in whichever way. */
static void read_to_end(int fd)
{
	char buffer[4096];
	ssize_t got;

	do
		got = read(fd, buffer, sizeof(buffer));
	while (got > 0 || (got < 0 && errno == EINTR));
}

static void end_connection(int fd, enum ending ending)
{
	switch (ending) {
	case END_HOLD:
		return;
	case END_RST:
		close_reset(fd);
		return;
	case END_HALF:
		shutdown(fd, SHUT_WR);
		read_to_end(fd);
		break;
	case END_WAIT:
		read_to_end(fd);
		break;
	case END_FIN:
		break;
	}
	close(fd);
}

#endif
