// SPDX-License-Identifier: Apache-2.0
/*
 * Makes TCP connections of which everything is known: whose, where to, how many,
 * how each one ended. The tests and benchmarks compare the agent with it. It can
 * compare itself with the kernel's own counters (--check-snmp).
 */
#define _GNU_SOURCE
#include "address.h"
#include "clock.h"
#include "connect/kill.h"
#include "connect/pending.h"
#include "connect/plain.h"
#include "connect/reuse.h"
#include "connect/turns.h"
#include "exec_as.h"
#include "listener.h"
#include "options.h"
#include "script/script.h"
#include "snmp.h"
#include "talk.h"
#include "truth.h"

struct run {
	struct options options;
	struct address address;
	struct listener listener;
	struct truth truth;
	struct snmp before;
	int64_t start;
	pid_t pid; /* whose connects they are */
};

/* Every connect that waits has a file of its own. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void say_in_place(const struct run *run, const char *what)
{
	printf("{\"%s\":true,\"pid\":%d,\"port\":%d,", what, (int)run->pid, port_of(&run->address));
	print_truth(&run->truth);
	printf("}\n");
	fflush(stdout);
}

static void hang(struct run *run)
{
	struct pending pending = begin_all(&run->truth, &run->options, &run->address);

	run->truth.pending = pending.count;
	say_in_place(run, "hanging");
	read_to_end(STDIN_FILENO);
	run->truth.pending = 0;
	abandon_all(&run->truth, &pending);
}

static void listen_until_end(struct run *run)
{
	open_listener(&run->listener, &run->address, &run->options);
	say_in_place(run, "listening");
	run->listener.stop_fd = STDIN_FILENO;
	run_listener(&run->listener);
	run->truth.accepts = run->listener.accepts;
}

static void make_connects(struct run *run)
{
	const struct options *options = &run->options;

	switch (options->mode) {
	case MODE_PLAIN: run->truth = run_shares(options, &run->address, connect_once); break;
	case MODE_REUSE: run->truth = run_shares(options, &run->address, connect_three_times); break;
	case MODE_GIVE_UP: run->truth = give_up(options, &run->address); break;
	case MODE_CANCEL: run->truth = cancel(options, &run->address); break;
	case MODE_KILL: run->truth = kill_connecting(options, &run->address, &run->pid); break;
	case MODE_HANG: hang(run); break;
	case MODE_LISTEN: listen_until_end(run); break;
	case MODE_TALK: talk_until_end(&run->truth, &run->address); break;
	case MODE_TURNS: run->truth = take_turns(&run->listener, &run->address, options); break;
	case MODE_SCRIPT: run->truth = run_script(options); break;
	}
}

/*
 * The listener of this process never resets: a client that has not yet returned
 * from a connect() that succeeded would take it for a failed one.
 */
static void with_own_listener(struct run *run)
{
	struct options listening = run->options;

	listening.ending = END_FIN;
	open_listener(&run->listener, &run->address, &listening);
	start_listener(&run->listener);
	make_connects(run);
	stop_listener(&run->listener, run->truth.successes);
	run->truth.accepts = run->listener.accepts;
}

/* Prints the truth; returns the exit code. */
static int report(const struct run *run)
{
	double wall = (double)(now_ns() - run->start) / 1e9;
	bool agrees = true;
	char comm[17] = "";

	prctl(PR_GET_NAME, comm);
	printf("{\"pid\":%d,\"comm\":", (int)run->pid);
	print_json_bytes(comm);
	printf(",\"port\":%d,", port_of(&run->address));
	print_truth(&run->truth);
	printf(",\"wall_seconds\":%.6f,\"cpu_seconds\":%.6f", wall, cpu_seconds());
	if (run->options.check_snmp) {
		struct snmp after = read_snmp();
		struct snmp delta = { after.active_opens - run->before.active_opens,
				      after.passive_opens - run->before.passive_opens };

		agrees = snmp_agrees(&run->truth, &delta);
		printf(",\"snmp\":{\"active_opens\":%ld,\"passive_opens\":%ld,\"agrees\":%s}", delta.active_opens,
		       delta.passive_opens, agrees ? "true" : "false");
	}
	printf("}\n");
	return agrees ? EXIT_SUCCESS : EXIT_DISAGREES;
}

int main(int argc, char **argv)
{
	struct run run = { .pid = getpid() };

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		fputs(USAGE, stdout);
		fputs(TALK_USAGE, stdout);
		return EXIT_SUCCESS;
	}
	if (argc > 1 && !strcmp(argv[1], "exec-as"))
		exec_as(argc, argv);
	run.options = parse_options(argc, argv);
	run.address = parse_address(run.options.address, run.options.port);
	raise_file_limit();
	if (run.options.comm)
		prctl(PR_SET_NAME, run.options.comm);
	if (run.options.check_snmp)
		run.before = read_snmp();
	run.start = now_ns();
	if (run.options.own_listener && run.options.mode != MODE_LISTEN)
		with_own_listener(&run);
	else
		make_connects(&run);
	return report(&run);
}
