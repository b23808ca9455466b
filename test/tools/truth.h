/* SPDX-License-Identifier: Apache-2.0 */
/* What was made: the numbers that others are measured by. */
#ifndef CONNGEN_TRUTH_H
#define CONNGEN_TRUTH_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "bytes.h"

/* How a connect failed, in the order and with the names of `error.type`. */
enum failure {
	FAIL_REFUSED,
	FAIL_TIMEOUT,
	FAIL_RESET,
	FAIL_HOST_UNREACHABLE,
	FAIL_NETWORK_UNREACHABLE,
	FAIL_ADDRESS_UNAVAILABLE,
	FAIL_PERMISSION_DENIED,
	FAIL_UNANSWERED, /* we gave up after at least one SYN was sent again */
	FAIL_CANCELLED,  /* we gave up before that */
	FAIL_OTHER,
	FAIL_COUNT,
};

static const char *const FAILURE_NAMES[FAIL_COUNT] = {
	"refused",	     "timeout",		    "reset",	  "host_unreachable", "network_unreachable",
	"address_unavailable", "permission_denied", "unanswered", "cancelled",	      "other",
};

struct truth {
	long attempts;
	long successes;
	long failures[FAIL_COUNT];
	long pending;
	long accepts;
};

static enum failure failure_of(int error)
{
	switch (error) {
	case ECONNREFUSED: return FAIL_REFUSED;
	case ETIMEDOUT: return FAIL_TIMEOUT;
	case ECONNRESET: return FAIL_RESET;
	case EHOSTUNREACH: return FAIL_HOST_UNREACHABLE;
	case ENETUNREACH: return FAIL_NETWORK_UNREACHABLE;
	case EADDRNOTAVAIL: return FAIL_ADDRESS_UNAVAILABLE;
	case EPERM:
	case EACCES: return FAIL_PERMISSION_DENIED;
	default: return FAIL_OTHER;
	}
}

/* What connect() ended with: 0 or an errno. */
static void count_end(struct truth *truth, int error)
{
	if (error)
		truth->failures[failure_of(error)]++;
	else
		truth->successes++;
}

static void add_truth(struct truth *sum, const struct truth *part)
{
	sum->attempts += part->attempts;
	sum->successes += part->successes;
	for (int i = 0; i < FAIL_COUNT; i++)
		sum->failures[i] += part->failures[i];
	sum->pending += part->pending;
	sum->accepts += part->accepts;
}

/* The fields of the truth, without braces. */
static void print_truth(const struct truth *truth)
{
	const char *comma = "";

	printf("\"attempts\":%ld,\"successes\":%ld,\"failures\":{", truth->attempts, truth->successes);
	for (int i = 0; i < FAIL_COUNT; i++) {
		if (!truth->failures[i])
			continue;
		printf("%s\"%s\":%ld", comma, FAILURE_NAMES[i], truth->failures[i]);
		comma = ",";
	}
	printf("},\"pending\":%ld,\"accepts\":%ld", truth->pending, truth->accepts);
}

#endif
