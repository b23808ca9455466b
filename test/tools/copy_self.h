/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of this program's file. */
#ifndef CONNGEN_COPY_SELF_H
#define CONNGEN_COPY_SELF_H

#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

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

#endif
