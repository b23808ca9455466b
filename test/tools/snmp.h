/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's own counters of the network namespace. */
#ifndef CONNGEN_SNMP_H
#define CONNGEN_SNMP_H

#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "truth.h"

struct snmp {
	long active_opens;
	long passive_opens;
};

/* Proc's `Tcp:` comes as a line of names and a line of numbers. */
static struct snmp read_snmp(void)
{
	FILE *file = fopen("/proc/self/net/snmp", "r");
	char names[1024], numbers[1024];
	struct snmp snmp = { -1, -1 };

	if (!file)
		fail("/proc/self/net/snmp");
	while (fgets(names, sizeof(names), file)) {
		char *name_at, *number_at, *name, *number;

		if (strncmp(names, "Tcp:", 4) || !fgets(numbers, sizeof(numbers), file))
			continue;
		name = strtok_r(names, " \n", &name_at);
		number = strtok_r(numbers, " \n", &number_at);
		for (; name && number;
		     name = strtok_r(NULL, " \n", &name_at), number = strtok_r(NULL, " \n", &number_at)) {
			if (!strcmp(name, "ActiveOpens"))
				snmp.active_opens = atol(number);
			if (!strcmp(name, "PassiveOpens"))
				snmp.passive_opens = atol(number);
		}
	}
	fclose(file);
	if (snmp.active_opens < 0 || snmp.passive_opens < 0)
		fail("/proc/self/net/snmp has no ActiveOpens or PassiveOpens");
	return snmp;
}

/*
 * ActiveOpens counts connects for which a SYN was queued, so those that found
 * no free local port are not in it. PassiveOpens counts what listeners got.
 */
static bool snmp_agrees(const struct truth *truth, const struct snmp *delta)
{
	return delta->active_opens == truth->attempts - truth->failures[FAIL_ADDRESS_UNAVAILABLE] &&
	       delta->passive_opens == truth->accepts;
}

#endif
