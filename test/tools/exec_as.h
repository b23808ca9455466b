/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a copy of this program under another name, of any bytes. */
#ifndef CONNGEN_EXEC_AS_H
#define CONNGEN_EXEC_AS_H

#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "bytes.h"
#include "fail.h"

static void copy_self(const char *path)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	ssize_t sent;

	if (from < 0 || to < 0)
		fail("copy");
	while ((sent = sendfile(to, from, NULL, 1 << 20)) > 0)
		;
	if (sent < 0 || close(to))
		fail("copy");
	close(from);
}

/* argv: exec-as FOLDER NAME MODE ...; the copy stays in the folder. */
static _Noreturn void exec_as(int argc, char **argv)
{
	char path[4096];

	if (argc < 5)
		usage_error("exec-as", "needs a folder, a name and a mode");
	unescape(argv[3]);
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", argv[2], argv[3]) >= sizeof(path))
		usage_error("exec-as", "the path is too long");
	copy_self(path);
	execv(path, argv + 3);
	fail("exec");
}

#endif
