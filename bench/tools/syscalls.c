// SPDX-License-Identifier: Apache-2.0
/*
 * syscalls COUNT: makes so many system calls that do next to nothing, and says what
 * CPU they took: what hangs on the end of every system call is paid by these too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 0;
	struct timespec used;

	for (long i = 0; i < count; i++)
		syscall(SYS_getppid);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	printf("{\"cpu_seconds\":%.9f}\n", (double)used.tv_sec + (double)used.tv_nsec / 1e9);
	return 0;
}
