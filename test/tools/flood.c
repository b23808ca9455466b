// SPDX-License-Identifier: Apache-2.0
/*
 * What one unprivileged user can do to make the agent grow: destinations, executables,
 * processes, sockets and descriptors without end. Says what it made, as JSON.
 */
#define _GNU_SOURCE
#include "clock.h"
#include "flood_connect.h"
#include "flood_exec.h"
#include "flood_hold.h"
#include "flood_options.h"

#include <grp.h>
#include <sys/wait.h>

/* Nobody's, with as many descriptors as the host allows. */
static void become_unprivileged(const struct flood *flood)
{
	rlim_t wanted = (rlim_t)(flood->count / flood->workers) + 64;
	struct rlimit allowed, more = { wanted, wanted };

	getrlimit(RLIMIT_NOFILE, &allowed);
	allowed.rlim_cur = allowed.rlim_max;
	/* Where this may not be raised it holds what it can. */
	if (allowed.rlim_max >= wanted || setrlimit(RLIMIT_NOFILE, &more))
		setrlimit(RLIMIT_NOFILE, &allowed);
	if (geteuid() != 0)
		return;
	if (setgroups(0, NULL) || setgid(FLOOD_ID) || setuid(FLOOD_ID))
		fail("setuid");
}

/* Each worker is a process of its own; what it made comes through a pipe. */
static struct made run_workers(const struct flood *flood)
{
	struct made sum = { 0 };
	int ends[2];

	if (pipe(ends))
		fail("pipe");
	for (int worker = 0; worker < flood->workers; worker++) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (pid > 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		if (flood->mode == FLOOD_EXECUTABLES)
			start_exec_chain(flood, worker, ends[1]);
		if (flood->mode == FLOOD_SOCKETS)
			hold_sockets(flood, ends[1]);
		give_made(ends[1], flood->mode == FLOOD_DESTINATIONS ? flood_destinations(flood, worker) :
								       flood_processes(flood));
		_exit(0);
	}
	close(ends[1]);
	for (int worker = 0; worker < flood->workers; worker++) {
		struct made made;

		if (read(ends[0], &made, sizeof(made)) != sizeof(made))
			fail("a worker");
		sum.attempts += made.attempts;
		sum.refused += made.refused;
	}
	while (flood->mode != FLOOD_SOCKETS && wait(NULL) > 0)
		;
	return sum;
}

int main(int argc, char **argv)
{
	struct flood flood;
	struct made made;
	int64_t start;

	if (argc > 1 && !strcmp(argv[1], EXEC_STEP))
		exec_step(argc, argv);
	flood = parse_flood(argc, argv);
	become_unprivileged(&flood);
	start = now_ns();
	flood.deadline = start + flood.seconds * 1000000000ll;
	made = run_workers(&flood);
	if (flood.mode == FLOOD_SOCKETS) {
		char byte;

		printf("{\"open\":%ld}\n", made.attempts);
		fflush(stdout);
		/* The workers go with this process. */
		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
		return 0;
	}
	printf("{\"attempts\":%ld,\"refused\":%ld,\"seconds\":%.3f}\n", made.attempts, made.refused,
	       (double)(now_ns() - start) / 1e9);
	return 0;
}
