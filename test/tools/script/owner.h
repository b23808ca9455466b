/* SPDX-License-Identifier: Apache-2.0 */
/* Whose socket it is: threads, children, other programs, and sockets that are passed on. */
#ifndef CONNGEN_SCRIPT_OWNER_H
#define CONNGEN_SCRIPT_OWNER_H

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "exec_as.h"
#include "script/connect.h"

struct threaded {
	struct script *script;
	char **words;
	int error;
};

static void *connect_in_thread(void *argument)
{
	struct threaded *threaded = argument;

	prctl(PR_SET_NAME, "pool-1-thread-7");
	threaded->error = run_connect(threaded->script, threaded->words);
	return NULL;
}

/* thread SLOT ADDRESS PORT: a thread with a name of its own connects */
static int run_thread(struct script *script, char **words)
{
	struct threaded threaded = { .script = script, .words = words };
	pthread_t thread;

	if (pthread_create(&thread, NULL, connect_in_thread, &threaded))
		fail("thread");
	pthread_join(thread, NULL);
	return threaded.error;
}

/* fork SLOT ADDRESS PORT: a child connects, with this process's socket, and ends. Blocking sockets only. */
static int run_fork(struct script *script, char **words)
{
	struct slot *slot = slot_of(script, words[1]);
	struct address to = parse_address(words[2], (int)number("port", words[3], 65535));
	pid_t child = fork();
	int status;

	if (child < 0)
		fail("fork");
	if (child == 0)
		_exit(connect(slot->fd, (struct sockaddr *)&to.storage, to.length) ? errno : 0);
	if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		fail("the child");
	snprintf(script->fields, sizeof(script->fields), ",\"pid\":%d", (int)child);
	return count_connect(script, slot, WEXITSTATUS(status));
}

/*
 * exec SLOT FOLDER NAME: another program image goes on with the script and has the socket, as 0. It
 * begins with a truth of its own, so this process's own connects come before, in the answer.
 */
static int run_exec(struct script *script, char **words)
{
	struct slot *slot = slot_of(script, words[1]);
	char path[4096], fd[16];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", words[2], words[3]) >= sizeof(path))
		usage_error("exec", "the path is too long");
	copy_self(path);
	snprintf(fd, sizeof(fd), "%d", dup(slot->fd));
	printf("{\"line\":%ld,", ++script->lines);
	print_truth(&script->truth);
	printf("}\n");
	fflush(stdout);
	execl(path, words[3], "script", "--fd", fd, (char *)NULL);
	fail("exec");
}

static struct sockaddr_un local_address(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		usage_error("path", "is too long");
	strcpy(address.sun_path, path);
	return address;
}

union passed {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

static struct msghdr message_with(union passed *passed, struct iovec *byte)
{
	passed->header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET,
					   .cmsg_type = SCM_RIGHTS };
	return (struct msghdr){ .msg_iov = byte, .msg_iovlen = 1, .msg_control = passed,
				.msg_controllen = sizeof(*passed) };
}

/* take SLOT PATH: waits at the path for a socket that another process passes */
static int run_take(struct script *script, char **words)
{
	struct sockaddr_un address = local_address(words[2]);
	char data;
	struct iovec byte = { &data, 1 };
	union passed passed;
	struct msghdr message = message_with(&passed, &byte);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), from;

	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 1))
		fail(words[2]);
	from = accept(listener, NULL, NULL);
	if (from < 0 || recvmsg(from, &message, MSG_CMSG_CLOEXEC) < 1)
		fail("no socket was passed");
	take_slot(slot_of(script, words[1]), *(int *)CMSG_DATA(&passed.header));
	close(from);
	close(listener);
	return 0;
}

/* pass SLOT PATH: gives the socket to the process that takes it there; this one has it no longer */
static int run_pass(struct script *script, char **words)
{
	struct slot *slot = slot_of(script, words[1]);
	struct sockaddr_un address = local_address(words[2]);
	char data = 0;
	struct iovec byte = { &data, 1 };
	union passed passed;
	struct msghdr message = message_with(&passed, &byte);
	int to = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*(int *)CMSG_DATA(&passed.header) = slot->fd;
	while (connect(to, (struct sockaddr *)&address, sizeof(address))) {
		if (errno != ENOENT && errno != ECONNREFUSED)
			fail(words[2]);
		wait_ms(5);
	}
	if (sendmsg(to, &message, 0) < 1)
		fail("pass");
	close(to);
	close(slot->fd);
	*slot = (struct slot){ 0 };
	return 0;
}

#endif
