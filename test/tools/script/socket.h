/* SPDX-License-Identifier: Apache-2.0 */
/* A script's sockets by number, and what becomes of the connects that they make. */
#ifndef CONNGEN_SCRIPT_SOCKET_H
#define CONNGEN_SCRIPT_SOCKET_H

#include <netinet/tcp.h>
#include <poll.h>

#include "address.h"
#include "clock.h"
#include "options.h"
#include "truth.h"

enum { MOST_SLOTS = 4096 };

struct slot {
	int fd;
	bool used;
	bool pending;	/* a connect has begun and how it ended is not known yet */
	bool listening;
};

struct script {
	const struct options *options;
	struct truth truth;
	struct slot slots[MOST_SLOTS];
	long lines;
	char fields[512]; /* of the answer: `,"name":value` */
};

static struct slot *slot_of(struct script *script, const char *word)
{
	return &script->slots[number("slot", word, MOST_SLOTS - 1)];
}

static struct tcp_info info_of(const struct slot *slot)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof(info);

	if (getsockopt(slot->fd, IPPROTO_TCP, TCP_INFO, &info, &length))
		fail("TCP_INFO");
	return info;
}

static int error_of(const struct slot *slot)
{
	int error = 0;
	socklen_t length = sizeof(error);

	if (getsockopt(slot->fd, SOL_SOCKET, SO_ERROR, &error, &length))
		fail("SO_ERROR");
	return error;
}

static bool is_connecting(const struct slot *slot)
{
	int state = info_of(slot).tcpi_state;

	return state == TCP_SYN_SENT || state == TCP_SYN_RECV;
}

/* Counts a connect that has ended meanwhile. Returns its errno, or EINPROGRESS. */
static int settle(struct script *script, struct slot *slot)
{
	int error;

	if (is_connecting(slot))
		return EINPROGRESS;
	error = info_of(slot).tcpi_state == TCP_CLOSE ? error_of(slot) : 0;
	slot->pending = false;
	count_end(&script->truth, error);
	return error;
}

/* The owner gives up. Whether a SYN had to be sent again is what tells unanswered from cancelled. */
static void give_up_slot(struct script *script, struct slot *slot)
{
	if (!slot->pending || settle(script, slot) != EINPROGRESS)
		return;
	slot->pending = false;
	script->truth.failures[info_of(slot).tcpi_total_retrans ? FAIL_UNANSWERED : FAIL_CANCELLED]++;
}

static void close_slot(struct script *script, struct slot *slot)
{
	give_up_slot(script, slot);
	/* What waits in a listener's queue was accepted by the kernel, if by nobody else. */
	if (slot->listening)
		script->truth.accepts += info_of(slot).tcpi_unacked;
	close(slot->fd);
	*slot = (struct slot){ 0 };
}

static void take_slot(struct slot *slot, int fd)
{
	if (slot->used)
		usage_error("script", "the slot is taken");
	*slot = (struct slot){ .fd = fd, .used = true };
}

/* socket SLOT 4|6 [mptcp] */
static int run_socket(struct script *script, char **words)
{
	take_slot(slot_of(script, words[1]),
		  new_socket(*words[2] == '6' ? AF_INET6 : AF_INET, words[3] && !strcmp(words[3], "mptcp")));
	return 0;
}

/* bind SLOT ADDRESS PORT */
static int run_bind(struct script *script, char **words)
{
	struct address address = parse_address(words[2], (int)number("port", words[3], 65535));

	return bind(slot_of(script, words[1])->fd, (struct sockaddr *)&address.storage, address.length) ? errno : 0;
}

/* state SLOT: the number of its TCP state, and how often something was sent again */
static int run_state(struct script *script, char **words)
{
	struct tcp_info info = info_of(slot_of(script, words[1]));

	snprintf(script->fields, sizeof(script->fields), ",\"state\":%d,\"retransmits\":%u", info.tcpi_state,
		 info.tcpi_total_retrans);
	return 0;
}

/* close SLOT */
static int run_close(struct script *script, char **words)
{
	close_slot(script, slot_of(script, words[1]));
	return 0;
}

/* sleep MS */
static int run_sleep(struct script *script, char **words)
{
	(void)script;
	wait_ms((int)number("ms", words[1], 3600000));
	return 0;
}

#endif
