/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What differs between the rungs (docs/DECISIONS.md, decision 76).
 *
 * tp_btf, Linux 5.12 and later: the verifier knows the types of pointers, so they are followed by plain loads.
 *
 * The lower rungs (LOWER_RUNG: raw tracepoint, tracepoint, kprobe), Linux 5.8 and later: a pointer is a number
 * to the verifier. Memory is read by a helper, there is no storage at sockets and tasks, and the atomic
 * operations that return a value do not exist before 5.12.
 */
#ifndef CONNWATCH_RUNG_H
#define CONNWATCH_RUNG_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#ifndef LOWER_RUNG

#define GET(from, field) ((from)->field)
/* Not from a register that holds it already. */
#define GET_AGAIN(from, field) (*(volatile typeof((from)->field) *)&(from)->field)
/* Through a second pointer. */
#define GET_VIA(from, pointer, field) ((from)->pointer->field)
/* Through an element of an array of pointers. */
#define GET_VIA_PLACE(from, array, index, field) ((from)->array[index]->field)

/* 16 bytes as two words. */
#define READ_COMM(to, task) \
	do { \
		(to)[0] = *(u64 *)&(task)->comm[0]; \
		(to)[1] = *(u64 *)&(task)->comm[8]; \
	} while (0)

/* The verifier looks at a function that is not static once, and not at each call. */
#define VERIFIED_ONCE __noinline

static __always_inline struct tcp_sock *tcp_of(struct sock *sk)
{
	return bpf_skc_to_tcp_sock(sk);
}

static __always_inline struct task_struct *current_task(void)
{
	return bpf_get_current_task_btf();
}

#else

#define GET(from, field) BPF_CORE_READ(from, field)
#define GET_AGAIN(from, field) BPF_CORE_READ(from, field)
#define GET_VIA(from, pointer, field) BPF_CORE_READ(from, pointer, field)
#define GET_VIA_PLACE(from, array, index, field) \
	({ \
		typeof((from)->array[0]) found = NULL; \
		bpf_probe_read_kernel(&found, sizeof(found), (const void *)(from) + \
			bpf_core_field_offset(typeof(*(from)), array) + (index) * sizeof(found)); \
		BPF_CORE_READ(found, field); \
	})
#define READ_COMM(to, task) BPF_CORE_READ_INTO(&(to), task, comm)

/* Before 5.12 only static functions take pointers. */
#define VERIFIED_ONCE static __noinline

static __always_inline struct tcp_sock *tcp_of(struct sock *sk)
{
	return (struct tcp_sock *)sk;
}

static __always_inline struct task_struct *current_task(void)
{
	return (struct task_struct *)bpf_get_current_task();
}

/*
 * In place of atomic operations. Only the programs change a start record here, and the kernel holds the
 * socket's lock while its state changes. What may still go wrong is in docs/DECISIONS.md, decision 76.
 */
#define __sync_val_compare_and_swap(place, before, after) \
	({ \
		typeof(*(place)) was = *(volatile typeof(*(place)) *)(place); \
		if (was == (before)) \
			*(volatile typeof(*(place)) *)(place) = (after); \
		was; \
	})
#define __sync_lock_test_and_set(place, value) \
	({ \
		typeof(*(place)) was = *(volatile typeof(*(place)) *)(place); \
		*(volatile typeof(*(place)) *)(place) = (value); \
		was; \
	})

#endif

#endif
