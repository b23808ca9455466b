/* SPDX-License-Identifier: Apache-2.0 */
/* Time that has passed and time that was used. */
#ifndef CONNGEN_CLOCK_H
#define CONNGEN_CLOCK_H

#include <errno.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>

#define SECOND 1000000000LL
#define MILLISECOND 1000000LL

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

static void wait_until(int64_t when)
{
	struct timespec until = { .tv_sec = when / SECOND, .tv_nsec = when % SECOND };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

static inline void wait_ms(int ms)
{
	if (ms > 0)
		wait_until(now_ns() + ms * MILLISECOND);
}

static double seconds_of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* CPU time of this process and of children that were waited for. */
static inline double cpu_seconds(void)
{
	struct rusage self, children;

	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	return seconds_of(self.ru_utime) + seconds_of(self.ru_stime) + seconds_of(children.ru_utime) +
	       seconds_of(children.ru_stime);
}

#endif
