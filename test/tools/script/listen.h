/* SPDX-License-Identifier: Apache-2.0 */
/* The server's side of a script. */
#ifndef CONNGEN_SCRIPT_LISTEN_H
#define CONNGEN_SCRIPT_LISTEN_H

#include "script/connect.h"

/* listen SLOT BACKLOG */
static int run_listen(struct script *script, char **words)
{
	struct slot *slot = slot_of(script, words[1]);

	if (listen(slot->fd, (int)number("backlog", words[2], 65535)))
		return errno;
	slot->listening = true;
	return 0;
}

/* uring-listen SLOT BACKLOG [caller|worker|poller] */
static int run_uring_listen(struct script *script, char **words)
{
	struct slot *slot = slot_of(script, words[1]);
	int error = uring_listen(slot->fd, (int)number("backlog", words[2], 65535), how_of(words[3]));

	slot->listening = !error;
	return error;
}

/* accept LISTENER SLOT: waits for one */
static int run_accept(struct script *script, char **words)
{
	int fd = accept4(slot_of(script, words[1])->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return errno;
	script->truth.accepts++;
	take_slot(slot_of(script, words[2]), fd);
	return 0;
}

/* queue LISTENER: how many nobody has accepted yet, and how many may wait */
static int run_queue(struct script *script, char **words)
{
	struct tcp_info info = info_of(slot_of(script, words[1]));

	snprintf(script->fields, sizeof(script->fields), ",\"length\":%u,\"limit\":%u", info.tcpi_unacked,
		 info.tcpi_sacked);
	return 0;
}

#endif
