/* SPDX-License-Identifier: Apache-2.0 */
/* What a flood is told to do, and what it says it made. */
#ifndef FLOOD_OPTIONS_H
#define FLOOD_OPTIONS_H

#include <getopt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fail.h"

#define FLOOD_ID 65534 /* nobody */
#define FLOOD_PORT 9   /* where nobody listens */

enum flood_mode { FLOOD_DESTINATIONS, FLOOD_EXECUTABLES, FLOOD_PROCESSES, FLOOD_SOCKETS };
static const char *const FLOOD_MODES[] = { "destinations", "executables", "processes", "sockets" };

struct flood {
	enum flood_mode mode;
	long count;   /* how many in all, at most */
	long seconds; /* for how long, at most */
	int workers;
	int sharers;	    /* sockets: processes that share them */
	const char *folder; /* executables: where they are renamed; writable for nobody */
	int64_t deadline;   /* ns, CLOCK_MONOTONIC */
};

struct made {
	long attempts;
	long refused;
};

static const char FLOOD_USAGE[] =
	"flood MODE [options]: as nobody, makes what it can, and says how much.\n"
	"modes: destinations, executables, processes: connects that are refused;\n"
	"       sockets: open connections, until standard input ends\n"
	"  --count N     in all, at most (1000000)\n"
	"  --seconds N   for so long, at most (120)\n"
	"  --workers N   at the same time (2)\n"
	"  --sharers N   sockets: so many processes share those of each worker (0)\n"
	"  --folder F    executables: a folder that nobody may write to\n";

static struct flood parse_flood(int argc, char **argv)
{
	static const struct option known[] = { { "count", 1, 0, 'c' },   { "seconds", 1, 0, 's' }, { "workers", 1, 0, 'w' },
					       { "sharers", 1, 0, 'p' }, { "folder", 1, 0, 'f' },  { 0, 0, 0, 0 } };
	struct flood flood = { .count = 1000000, .seconds = 120, .workers = 2 };
	int option;

	if (argc < 2 || !strcmp(argv[1], "--help")) {
		fputs(FLOOD_USAGE, argc < 2 ? stderr : stdout);
		exit(argc < 2 ? EXIT_USAGE : 0);
	}
	while (flood.mode <= FLOOD_SOCKETS && strcmp(argv[1], FLOOD_MODES[flood.mode]))
		if (++flood.mode > FLOOD_SOCKETS)
			usage_error("mode", argv[1]);
	optind = 2;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'c': flood.count = atol(optarg); break;
		case 's': flood.seconds = atol(optarg); break;
		case 'w': flood.workers = atoi(optarg); break;
		case 'p': flood.sharers = atoi(optarg); break;
		case 'f': flood.folder = optarg; break;
		default: exit(EXIT_USAGE);
		}
	}
	if (flood.count < 1 || flood.seconds < 1 || flood.workers < 1 || flood.workers > 64 || flood.sharers < 0)
		usage_error("a number", "out of range");
	if (flood.mode == FLOOD_EXECUTABLES && !flood.folder)
		usage_error("--folder", "not given");
	return flood;
}

static void give_made(int to, struct made made)
{
	if (write(to, &made, sizeof(made)) != sizeof(made))
		fail("write");
}

#endif
