/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One socket call after the other, as told on standard input: `connect 0 127.0.0.1 80`. Each line is
 * answered by a line of JSON with its number and the call's errno. What the calls made is the truth.
 */
#ifndef CONNGEN_SCRIPT_H
#define CONNGEN_SCRIPT_H

#include "script/connect.h"
#include "script/data.h"
#include "script/listen.h"
#include "script/other.h"
#include "script/owner.h"
#include "script/socket.h"

enum { MOST_WORDS = 16, LONGEST_LINE = 4096 };

static const struct command {
	const char *name;
	int words; /* least number of them, the name is the first */
	int (*run)(struct script *script, char **words);
} COMMANDS[] = {
	{ "socket", 3, run_socket },   { "set", 3, run_set },	      { "bind", 4, run_bind },
	{ "state", 2, run_state },     { "close", 2, run_close },     { "connect", 4, run_connect },
	{ "wait", 3, run_wait },       { "unspec", 2, run_unspec },   { "uring", 4, run_uring },
	{ "uring-listen", 3, run_uring_listen },
	{ "listen", 3, run_listen },   { "accept", 3, run_accept },   { "queue", 2, run_queue },
	{ "send", 3, run_send },       { "fastopen", 5, run_fastopen }, { "receive", 3, run_receive },
	{ "drain", 2, run_drain },     { "shutdown", 3, run_shutdown }, { "thread", 4, run_thread },
	{ "fork", 4, run_fork },       { "pass", 3, run_pass },	      { "take", 3, run_take },
	{ "exec", 4, run_exec },       { "alarm", 2, run_alarm },     { "sleep", 2, run_sleep },
	{ "raw", 3, run_raw },	       { "xfrm", 2, run_xfrm },
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(*COMMANDS); i++)
		if (!strcmp(name, COMMANDS[i].name))
			return &COMMANDS[i];
	usage_error("script", name);
}

static void run_line(struct script *script, char *line)
{
	char *words[MOST_WORDS + 1] = { NULL }, *place;
	const struct command *command;
	int count = 0, error;

	for (char *word = strtok_r(line, " \n", &place); word && count < MOST_WORDS;
	     word = strtok_r(NULL, " \n", &place))
		words[count++] = word;
	if (!count)
		return;
	command = find_command(words[0]);
	if (count < command->words)
		usage_error(command->name, "needs more words");
	script->fields[0] = 0;
	error = command->run(script, words);
	printf("{\"line\":%ld", ++script->lines);
	if (error)
		printf(",\"errno\":\"%s\"", strerrorname_np(error));
	printf("%s}\n", script->fields);
	fflush(stdout);
}

static struct truth run_script(const struct options *options)
{
	static struct script script;
	char line[LONGEST_LINE];

	script.options = options;
	signal(SIGPIPE, SIG_IGN);
	if (options->fd >= 0)
		take_slot(&script.slots[0], options->fd);
	printf("{\"ready\":true,\"pid\":%d}\n", (int)getpid());
	fflush(stdout);
	/* Not buffered: a process that takes this one's place must find the next line. */
	setvbuf(stdin, NULL, _IONBF, 0);
	while (fgets(line, sizeof(line), stdin))
		run_line(&script, line);
	for (int i = 0; i < MOST_SLOTS; i++)
		if (script.slots[i].used)
			close_slot(&script, &script.slots[i]);
	return script.truth;
}

#endif
