/* SPDX-License-Identifier: Apache-2.0 */
/* What a run is told to do. */
#ifndef CONNGEN_OPTIONS_H
#define CONNGEN_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "fail.h"

enum mode {
	MODE_PLAIN,   /* connect and wait for whatever comes */
	MODE_GIVE_UP, /* close after --give-up ms without an answer */
	MODE_CANCEL,  /* close at once */
	MODE_KILL,    /* a child that waits in connect() gets SIGKILL */
	MODE_HANG,    /* pending until standard input ends */
	MODE_REUSE,   /* three connects on one socket */
	MODE_LISTEN,  /* accept until standard input ends */
	MODE_TURNS,   /* one thread connects, accepts and closes both ends */
	MODE_TALK,    /* does what it is told, command by command */
	MODE_SCRIPT,  /* what standard input says (script.h) */
};

enum ending {
	END_WAIT, /* read until the other side has closed */
	END_FIN,  /* close */
	END_RST,  /* close with SO_LINGER 0: no TIME_WAIT */
	END_HALF, /* shutdown(SHUT_WR), then read until the other side has closed */
	END_HOLD, /* listener: keep open until the end of the run */
};

struct options {
	enum mode mode;
	const char *address;
	int port;
	int refused_port; /* MODE_REUSE: where nobody listens */
	long count;
	int threads;
	int sources;  /* addresses 127.1.x.x to connect from; 0: the kernel chooses */
	int peers;    /* IPv4 addresses to connect to, from the given one on; 0: that one */
	long rate;    /* connects per second; 0: as fast as it goes */
	int give_up;  /* ms */
	int linger;   /* ms that a connection stays open before it is ended */
	int backlog;
	enum ending ending;
	int fd;		   /* MODE_SCRIPT: an open socket to begin with, or -1 */
	bool own_listener; /* listen on the port in a thread of this process; port 0: any */
	bool mptcp;
	bool check_snmp;
	char *comm;        /* of the main thread; NULL: as it is */
	char *thread_name; /* the connects are made by threads of this name; NULL: the main thread */
};

static const char *const MODE_NAMES[] = { "plain", "give-up", "cancel", "kill", "hang",
					  "reuse", "listen",  "turns",  "talk", "script" };
static const char *const ENDING_NAMES[] = { "wait", "fin", "rst", "half", "hold" };

static const char USAGE[] =
	"conngen MODE --address A --port P [options]: makes TCP connections and says how many.\n"
	"conngen exec-as FOLDER NAME MODE ...: the same as a copy of itself under NAME.\n"
	"\n"
	"modes: plain, give-up, cancel, kill, hang, reuse, listen, turns, talk, script\n"
	"  --count N         connects to make (1)\n"
	"  --threads N       at the same time (1)\n"
	"  --sources N       connect from N addresses of 127.1.0.0/16\n"
	"  --peers N         connect to N IPv4 addresses in turn, the first is --address\n"
	"  --rate N          connects per second, all threads together\n"
	"  --give-up MS      give-up: how long to wait for an answer (1500)\n"
	"  --linger MS       keep each connection open for so long (0)\n"
	"  --end HOW         wait, fin, rst, half; listener: fin, rst, hold (client wait, listener fin)\n"
	"  --own-listener    listen on the port, too; port 0 takes a free one\n"
	"  --refused-port P  reuse: a port where nobody listens\n"
	"  --backlog N       of the listener (4096)\n"
	"  --mptcp           IPPROTO_MPTCP sockets\n"
	"  --comm NAME       name of the process, \\xHH is a byte\n"
	"  --thread-name N   connect in threads of this name\n"
	"  --fd N            script: socket 0, which is open already\n"
	"  --check-snmp      compare with /proc/self/net/snmp; needs a namespace without other traffic\n"
	"\n"
	"hang and listen print one line when they are in place, then wait for the end of standard input.\n"
	"script does what standard input says: test/tools/script/script.h.\n"
	"The last line is the truth as JSON. Exit code 0; 1 not done; 2 usage; 3 /proc/net/snmp disagrees.\n";

static int choice(const char *what, const char *value, const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(value, names[i]))
			return i;
	usage_error(what, value);
}

static long number(const char *what, const char *value, long most)
{
	char *end;
	long result = strtol(value, &end, 10);

	if (*value == 0 || *end != 0 || result < 0 || result > most)
		usage_error(what, value);
	return result;
}

#define NAME_COUNT(names) ((int)(sizeof(names) / sizeof(*(names))))

static struct options parse_options(int argc, char **argv)
{
	enum { ADDRESS = 256, PORT, REFUSED, COUNT, THREADS, SOURCES, PEERS, RATE, GIVE_UP, LINGER, BACKLOG, END, OWN,
	       MPTCP, SNMP, COMM, THREAD, FD };
	static const struct option known[] = {
		{ "address", 1, 0, ADDRESS }, { "port", 1, 0, PORT }, { "refused-port", 1, 0, REFUSED },
		{ "count", 1, 0, COUNT }, { "threads", 1, 0, THREADS }, { "sources", 1, 0, SOURCES },
		{ "peers", 1, 0, PEERS }, { "rate", 1, 0, RATE }, { "give-up", 1, 0, GIVE_UP }, { "linger", 1, 0, LINGER },
		{ "backlog", 1, 0, BACKLOG }, { "end", 1, 0, END }, { "own-listener", 0, 0, OWN },
		{ "mptcp", 0, 0, MPTCP }, { "check-snmp", 0, 0, SNMP }, { "comm", 1, 0, COMM },
		{ "thread-name", 1, 0, THREAD }, { "fd", 1, 0, FD }, { 0, 0, 0, 0 },
	};
	struct options options = { .address = "127.0.0.1", .port = -1, .refused_port = -1, .count = 1,
				   .threads = 1, .give_up = 1500, .backlog = 4096, .fd = -1 };
	int option;

	if (argc < 2)
		usage_error("mode", "none is given");
	options.mode = (enum mode)choice("mode", argv[1], MODE_NAMES, NAME_COUNT(MODE_NAMES));
	options.ending = options.mode == MODE_LISTEN ? END_FIN : END_WAIT;
	optind = 2;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case ADDRESS: options.address = optarg; break;
		case PORT: options.port = (int)number("--port", optarg, 65535); break;
		case REFUSED: options.refused_port = (int)number("--refused-port", optarg, 65535); break;
		case COUNT: options.count = number("--count", optarg, 100000000); break;
		case THREADS: options.threads = (int)number("--threads", optarg, 1024); break;
		case SOURCES: options.sources = (int)number("--sources", optarg, 60000); break;
		case PEERS: options.peers = (int)number("--peers", optarg, 1 << 23); break;
		case RATE: options.rate = number("--rate", optarg, 100000000); break;
		case GIVE_UP: options.give_up = (int)number("--give-up", optarg, 3600000); break;
		case LINGER: options.linger = (int)number("--linger", optarg, 3600000); break;
		case BACKLOG: options.backlog = (int)number("--backlog", optarg, 65535); break;
		case END: options.ending = (enum ending)choice("--end", optarg, ENDING_NAMES, NAME_COUNT(ENDING_NAMES)); break;
		case OWN: options.own_listener = true; break;
		case MPTCP: options.mptcp = true; break;
		case SNMP: options.check_snmp = true; break;
		case FD: options.fd = (int)number("--fd", optarg, 1 << 20); break;
		case COMM: unescape(options.comm = optarg); break;
		case THREAD: unescape(options.thread_name = optarg); break;
		default: exit(EXIT_USAGE);
		}
	}
	if (optind < argc)
		usage_error("one argument too many", argv[optind]);
	if (options.mode == MODE_SCRIPT)
		options.port = 0;
	if (options.port < 0)
		usage_error("--port", "not given");
	if (options.threads < 1)
		usage_error("--threads", "0");
	if (options.mode == MODE_REUSE && options.refused_port < 0)
		usage_error("--refused-port", "not given");
	return options;
}

#endif
