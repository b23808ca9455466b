/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What the lower rungs have in place of the array of slots and of storage at sockets and tasks. */
#ifndef CONNWATCH_MAPS_LOWER_H
#define CONNWATCH_MAPS_LOWER_H

/* A table by the address of the kernel's struct sock. What finds no room in it is counted as lost. */
#define BY_ADDRESS(name, content, size) \
	struct { \
		__uint(type, BPF_MAP_TYPE_HASH); \
		__uint(max_entries, size); \
		__type(key, u64); \
		__type(value, content); \
	} name SEC(".maps")

/* 12 MiB, allocated at once. Live sockets by their number (socket_cookie()). User space reads it at a cut. */
BY_ADDRESS(conns, struct cw_conn, CONN_SLOTS);

/* A process. The start time tells two with one pid apart. */
struct process_key {
	u64 start;
	u64 pid;
};

#endif
