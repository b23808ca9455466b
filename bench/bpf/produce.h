/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What bench/tools/producer.c asks bench/bpf/produce.bpf.c for. */
#ifndef CONNWATCH_PRODUCE_H
#define CONNWATCH_PRODUCE_H

#include "event.h"

struct produce {
	cw_u64 first; /* number of the first record: it decides which key each has */
	cw_u64 count; /* records to write; 64 bits, because the kernel's inlined bpf_loop compares so many */
	cw_u32 keys;  /* how many peers there are */
	cw_u32 pid;   /* whose connects they say they are; with count 0 the process is told */
	cw_u32 netns;
	cw_u32 reserved;
	cw_u64 lost; /* out: records that found the ring full */
};

#endif
