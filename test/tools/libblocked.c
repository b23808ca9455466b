// SPDX-License-Identifier: Apache-2.0
/*
 * To be preloaded: two threads that block all signals, as every thread does for a moment when it begins and when it
 * ends, and here for long after the main thread has set no_new_privs. Then one takes signals, and the other ends.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SPIN_NS 100000000ull /* of CPU time */

/* The file is the main thread's, and so is not affected by what this thread does. */
static bool main_thread_has_dropped(void)
{
	char line[256];
	bool dropped = false;
	FILE *file = fopen("/proc/self/status", "r");

	if (!file)
		return true;
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, "NoNewPrivs:", 11))
			dropped = strchr(line, '1');
	fclose(file);
	return dropped;
}

static unsigned long long cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void *blocked(void *stays)
{
	sigset_t all;
	unsigned long long end;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	while (!main_thread_has_dropped())
		;
	for (end = cpu_ns() + SPIN_NS; cpu_ns() < end;)
		;
	if (!stays)
		return NULL;
	pthread_sigmask(SIG_UNBLOCK, &all, NULL);
	for (;;)
		pause();
}

__attribute__((constructor)) static void begin(void)
{
	static int stays;
	pthread_t thread;

	pthread_create(&thread, NULL, blocked, &stays);
	pthread_create(&thread, NULL, blocked, NULL);
}
