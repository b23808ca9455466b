/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a copy of this program under another name, of any bytes. */
#ifndef CONNGEN_EXEC_AS_H
#define CONNGEN_EXEC_AS_H

#include <unistd.h>

#include "bytes.h"
#include "copy_self.h"
#include "fail.h"

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
