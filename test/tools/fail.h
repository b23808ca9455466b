/* SPDX-License-Identifier: Apache-2.0 */
/* How the generator ends when it cannot do what it was asked to. */
#ifndef CONNGEN_FAIL_H
#define CONNGEN_FAIL_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, EXIT_DISAGREES = 3 };

/* Says what and, when errno is set, why. Numbers that are not the truth must not be printed. */
static _Noreturn void fail(const char *what)
{
	int error = errno;

	fprintf(stderr, "conngen: %s%s%s\n", what, error ? ": " : "", error ? strerror(error) : "");
	exit(EXIT_FAILURE);
}

static _Noreturn void usage_error(const char *what, const char *value)
{
	fprintf(stderr, "conngen: %s: %s (see conngen --help)\n", what, value);
	exit(EXIT_USAGE);
}

#endif
