/* SPDX-License-Identifier: Apache-2.0 */
/* Connects of a script: blocking or not, interrupted, by io_uring, and taken back. */
#ifndef CONNGEN_SCRIPT_CONNECT_H
#define CONNGEN_SCRIPT_CONNECT_H

#include <signal.h>
#include <sys/time.h>

#include "script/set.h"
#include "uring.h"

/* What a connect came to so far. A call on a socket that connects already is none. */
static int count_connect(struct script *script, struct slot *slot, int error)
{
	if (error == EALREADY || error == EISCONN)
		return error;
	script->truth.attempts++;
	/* A Fast Open that waits for data to send returns 0 although nothing has happened yet. */
	slot->pending = error == EINPROGRESS || error == EINTR || (!error && is_connecting(slot));
	if (!slot->pending)
		count_end(&script->truth, error);
	else
		settle(script, slot);
	return error;
}

/* connect SLOT ADDRESS PORT [unread]; unread: what it came to stays in the socket, so only the attempt is counted */
static int run_connect(struct script *script, char **words)
{
	struct slot *slot = slot_of(script, words[1]);
	struct address to = parse_address(words[2], (int)number("port", words[3], 65535));
	int error = connect(slot->fd, (struct sockaddr *)&to.storage, to.length) ? errno : 0;

	if (!words[4])
		return count_connect(script, slot, error);
	if (strcmp(words[4], "unread"))
		usage_error("connect", words[4]);
	script->truth.attempts++;
	return error;
}

/* The thread that does a call of io_uring: caller unless it is named. */
static enum uring_how how_of(const char *word)
{
	return word ? (enum uring_how)choice("how", word, URING_NAMES, URING_HOWS) : URING_CALLER;
}

/* uring SLOT ADDRESS PORT [caller|worker|poller] */
static int run_uring(struct script *script, char **words)
{
	struct slot *slot = slot_of(script, words[1]);
	struct address to = parse_address(words[2], (int)number("port", words[3], 65535));

	return count_connect(script, slot, uring_connect(slot->fd, &to, how_of(words[4])));
}

/* wait SLOT MS: for the end of its connect, at most so long. EINPROGRESS when it has not come. */
static int run_wait(struct script *script, char **words)
{
	struct slot *slot = slot_of(script, words[1]);
	struct pollfd polled = { .fd = slot->fd, .events = POLLOUT };

	if (poll(&polled, 1, (int)number("ms", words[2], 3600000)) < 0)
		fail("poll");
	return slot->pending ? settle(script, slot) : 0;
}

/* unspec SLOT: takes its connect or connection back */
static int run_unspec(struct script *script, char **words)
{
	struct slot *slot = slot_of(script, words[1]);
	struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

	give_up_slot(script, slot);
	return connect(slot->fd, &nowhere, sizeof(nowhere)) ? errno : 0;
}

static void ignore_alarm(int signal)
{
	(void)signal;
}

/* alarm MS: interrupts a call of then */
static int run_alarm(struct script *script, char **words)
{
	struct sigaction action = { .sa_handler = ignore_alarm };
	long ms = number("ms", words[1], 3600000);
	struct itimerval timer = { .it_value = { ms / 1000, ms % 1000 * 1000 } };

	(void)script;
	if (sigaction(SIGALRM, &action, NULL) || setitimer(ITIMER_REAL, &timer, NULL))
		fail("alarm");
	return 0;
}

#endif
