/* SPDX-License-Identifier: Apache-2.0 */
/* A process that is killed while its threads wait in connect(). */
#ifndef CONNGEN_CONNECT_KILL_H
#define CONNGEN_CONNECT_KILL_H

#include <signal.h>
#include <sys/wait.h>

#include "connect/plain.h"

/* The kernel's number of TCP_SYN_SENT (include/net/tcp_states.h) as /proc shows it. */
#define PROC_SYN_SENT 2
#define KILL_PATIENCE (10 * SECOND)

/* Sockets of this namespace that wait for an answer from the port. */
static long waiting_for(const char *table, int port)
{
	FILE *file = fopen(table, "r");
	char line[512];
	long waiting = 0;

	while (file && fgets(line, sizeof(line), file)) {
		unsigned remote_port, state;

		if (sscanf(line, " %*d: %*[0-9A-F]:%*x %*[0-9A-F]:%x %x", &remote_port, &state) == 2 &&
		    (int)remote_port == port && state == PROC_SYN_SENT)
			waiting++;
	}
	if (file)
		fclose(file);
	return waiting;
}

static void until_waiting(const char *table, int port, long count)
{
	int64_t end = now_ns() + KILL_PATIENCE;

	while (waiting_for(table, port) != count) {
		if (now_ns() > end) {
			errno = ETIMEDOUT;
			fail("the connects are not pending");
		}
		wait_ms(1);
	}
}

/* `*child` is the process whose connects they were. It is killed before a SYN is sent again (1 s). */
static struct truth kill_connecting(const struct options *options, const struct address *to, pid_t *child)
{
	const char *table = to->storage.ss_family == AF_INET6 ? "/proc/self/net/tcp6" : "/proc/self/net/tcp";
	struct truth truth = { .attempts = options->count };
	struct options each = *options;
	long before = waiting_for(table, port_of(to));

	each.threads = (int)options->count;
	*child = fork();
	if (*child < 0)
		fail("fork");
	if (*child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run_shares(&each, to, connect_once);
		_exit(EXIT_FAILURE); /* somebody has answered */
	}
	until_waiting(table, port_of(to), before + options->count);
	kill(*child, SIGKILL);
	int status;
	if (waitpid(*child, &status, 0) < 0 || !WIFSIGNALED(status))
		fail("the child was not killed while connecting");
	truth.failures[FAIL_CANCELLED] = options->count;
	return truth;
}

#endif
