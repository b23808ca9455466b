// SPDX-License-Identifier: Apache-2.0
/* as_pid PID COMMAND...: runs it as the process with this pid, which must be free. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int failed(const char *what)
{
	fprintf(stderr, "as_pid: %s: %s\n", what, strerror(errno));
	return 125;
}

int main(int argc, char **argv)
{
	pid_t wanted = argc > 2 ? atoi(argv[1]) : 0;
	struct clone_args args = { .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&wanted, .set_tid_size = 1 };
	int status;
	long pid;

	if (wanted < 2) {
		fprintf(stderr, "usage: as_pid PID COMMAND [ARGUMENT]...\n");
		return 125;
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		return failed("clone3");
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(failed(argv[2]));
	}
	if (waitpid((pid_t)pid, &status, 0) < 0)
		return failed("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
