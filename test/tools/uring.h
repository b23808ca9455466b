/* SPDX-License-Identifier: Apache-2.0 */
/* One socket call by io_uring, without a library: a ring for one entry, made and thrown away. */
#ifndef CONNGEN_URING_H
#define CONNGEN_URING_H

#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "address.h"

/* enum io_uring_op, Linux 6.11: newer than the headers may be. */
#define URING_OP_LISTEN 57

/* Which of the kernel's threads does it. */
enum uring_how {
	URING_CALLER, /* the one that submits */
	URING_WORKER, /* one of the pool, io-wq */
	URING_POLLER, /* the one that polls the ring, so that nobody makes a system call */
	URING_HOWS,
};
static const char *const URING_NAMES[URING_HOWS] = { "caller", "worker", "poller" };

static void *map_ring(int ring, size_t size, off_t offset)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, offset);

	if (memory == MAP_FAILED)
		fail("io_uring mmap");
	return memory;
}

/* Waits for the end. Returns the errno of the call. */
static int uring_call(struct io_uring_sqe call, enum uring_how how)
{
	struct io_uring_params params = { .flags = how == URING_POLLER ? IORING_SETUP_SQPOLL : 0 };
	unsigned flags = IORING_ENTER_GETEVENTS | (how == URING_POLLER ? IORING_ENTER_SQ_WAKEUP : 0);
	int ring = (int)syscall(SYS_io_uring_setup, 1, &params);
	char *submission, *completion;
	struct io_uring_sqe *entry;
	size_t sizes[2];
	int result;

	if (ring < 0)
		fail("io_uring_setup");
	sizes[0] = params.sq_off.array + params.sq_entries * sizeof(unsigned);
	sizes[1] = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
	submission = map_ring(ring, sizes[0], IORING_OFF_SQ_RING);
	completion = map_ring(ring, sizes[1], IORING_OFF_CQ_RING);
	entry = map_ring(ring, params.sq_entries * sizeof(*entry), IORING_OFF_SQES);
	*entry = call;
	entry->flags = how == URING_WORKER ? IOSQE_ASYNC : 0;
	*(unsigned *)(submission + params.sq_off.array) = 0;
	__atomic_store_n((unsigned *)(submission + params.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1, flags, NULL, 0) < 0)
		fail("io_uring_enter");
	result = ((struct io_uring_cqe *)(completion + params.cq_off.cqes))->res;
	munmap(entry, params.sq_entries * sizeof(*entry));
	munmap(completion, sizes[1]);
	munmap(submission, sizes[0]);
	close(ring);
	return -result;
}

static int uring_connect(int fd, const struct address *to, enum uring_how how)
{
	struct io_uring_sqe call = { .opcode = IORING_OP_CONNECT, .fd = fd,
				     .addr = (uint64_t)(uintptr_t)&to->storage, .off = to->length };

	return uring_call(call, how);
}

static int uring_listen(int fd, int backlog, enum uring_how how)
{
	struct io_uring_sqe call = { .opcode = URING_OP_LISTEN, .fd = fd, .len = (unsigned)backlog };

	return uring_call(call, how);
}

#endif
