// SPDX-License-Identifier: Apache-2.0
/*
 * Prints every BPF program, map and link that the kernel holds, one a line, as
 * `prog 12`. What a process has left behind shows here when nothing else does.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int print_ids(const char *kind, int next)
{
	union bpf_attr attributes;

	memset(&attributes, 0, sizeof(attributes));
	while (!syscall(SYS_bpf, next, &attributes, sizeof(attributes))) {
		printf("%s %u\n", kind, attributes.next_id);
		attributes.start_id = attributes.next_id;
	}
	if (errno == ENOENT)
		return 0;
	perror(kind);
	return 1;
}

int main(void)
{
	return print_ids("prog", BPF_PROG_GET_NEXT_ID) | print_ids("map", BPF_MAP_GET_NEXT_ID) |
	       print_ids("link", BPF_LINK_GET_NEXT_ID);
}
