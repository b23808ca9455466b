// SPDX-License-Identifier: Apache-2.0
/*
 * producer OBJECT PID KEYS RATE COUNT: writes COUNT records of KEYS peers, RATE
 * a second (0: as fast as it goes), into the ring of the process PID.
 */
#include <bpf/bpf.h>
#include <sys/stat.h>

#include "clock.h"
#include "maps.h"
#include "produce.h"

#define TICK MILLISECOND
/* At most so many in one run of the program. */
#define CHUNK 4096

static long number(const char *text)
{
	char *end;
	long result = strtol(text, &end, 10);

	if (!*text || *end || result < 0)
		errx(2, "not a number: %s", text);
	return result;
}

static void run(int program, struct produce *work)
{
	/* What a program of this type changes is written back to where it came from. */
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = work, .ctx_size_in = sizeof(*work));

	if (bpf_prog_test_run_opts(program, &options))
		err(1, "run the program");
}

static unsigned int own_netns(void)
{
	struct stat status;

	if (stat("/proc/self/ns/net", &status))
		err(1, "/proc/self/ns/net");
	return (unsigned int)status.st_ino;
}

/* How many should have been written by now. */
static long due(long count, long rate, int64_t start)
{
	long by_now = rate ? (long)((double)(read_clock(CLOCK_MONOTONIC) - start) / 1e9 * (double)rate) : count;

	return by_now < count ? by_now : count;
}

static void wait_until(int64_t when)
{
	struct timespec until = { when / SECOND, when % SECOND };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

int main(int argc, char **argv)
{
	struct produce work = { .pid = (unsigned int)getpid(), .netns = own_netns() };
	struct bpf_object *object;
	long rate, count;
	int64_t start, next;
	int program;

	if (argc != 6)
		errx(2, "usage: producer OBJECT PID KEYS RATE COUNT");
	object = load_with_maps_of(argv[2], argv[1]);
	program = bpf_program__fd(bpf_object__find_program_by_name(object, "produce"));
	work.keys = (unsigned int)number(argv[3]);
	rate = number(argv[4]);
	count = number(argv[5]);
	run(program, &work); /* the process */
	start = next = read_clock(CLOCK_MONOTONIC);
	while ((long)work.first < count) {
		/* Once a tick: what comes due meanwhile waits for the next one. */
		for (long waiting = due(count, rate, start) - (long)work.first; waiting > 0; waiting -= (long)work.count) {
			work.count = (unsigned long long)(waiting < CHUNK ? waiting : CHUNK);
			run(program, &work);
			work.first += work.count;
		}
		if (rate)
			wait_until(next += TICK);
	}
	printf("{\"produced\":%ld,\"lost\":%llu,\"seconds\":%.6f,\"cpu_seconds\":%.6f}\n", count,
	       (unsigned long long)work.lost, (double)(read_clock(CLOCK_MONOTONIC) - start) / 1e9,
	       (double)read_clock(CLOCK_PROCESS_CPUTIME_ID) / 1e9);
	return 0;
}
