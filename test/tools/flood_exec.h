/* SPDX-License-Identifier: Apache-2.0 */
/* A process that connects, gets another name for its file, and executes it: again and again. */
#ifndef FLOOD_EXEC_H
#define FLOOD_EXEC_H

#include "copy_self.h"
#include "flood_connect.h"

#define EXEC_STEP "exec-step"

static void name_of(char *path, size_t room, const char *folder, int worker, long index)
{
	if ((size_t)snprintf(path, room, "%s/x%d-%ld", folder, worker, index) >= room)
		fail("the path is too long");
}

/* What the next one has to know is in its arguments. */
static _Noreturn void exec_next(const char *path, const char *folder, int worker, long index, long count,
				int64_t deadline, struct made made, int to)
{
	char numbers[7][24];
	char *argv[12] = { (char *)path, EXEC_STEP, (char *)folder };
	long long values[7] = { worker, index, count, deadline, made.attempts, made.refused, to };

	for (int i = 0; i < 7; i++) {
		snprintf(numbers[i], sizeof(numbers[i]), "%lld", values[i]);
		argv[3 + i] = numbers[i];
	}
	execv(path, argv);
	fail("exec");
}

static _Noreturn void start_exec_chain(const struct flood *flood, int worker, int to)
{
	char path[4096];

	name_of(path, sizeof(path), flood->folder, worker, 0);
	copy_self(path);
	exec_next(path, flood->folder, worker, 0, flood->count / flood->workers, flood->deadline, (struct made){ 0 }, to);
}

/* argv: exec-step FOLDER WORKER INDEX COUNT DEADLINE ATTEMPTS REFUSED PIPE */
static _Noreturn void exec_step(int argc, char **argv)
{
	char path[4096], next[4096];
	int worker;
	long index, count;
	int64_t deadline;
	struct made made;

	if (argc != 10)
		usage_error(EXEC_STEP, "is for itself");
	worker = atoi(argv[3]);
	index = atol(argv[4]);
	count = atol(argv[5]);
	deadline = atoll(argv[6]);
	made = (struct made){ atol(argv[7]), atol(argv[8]) };
	count_connect(&made, connect_to(destination_of(0)));
	name_of(path, sizeof(path), argv[2], worker, index);
	if (index + 1 >= count || now_ns() >= deadline) {
		unlink(path);
		give_made(atoi(argv[9]), made);
		_exit(0);
	}
	name_of(next, sizeof(next), argv[2], worker, index + 1);
	if (rename(path, next))
		fail("rename");
	exec_next(next, argv[2], worker, index + 1, count, deadline, made, atoi(argv[9]));
}

#endif
