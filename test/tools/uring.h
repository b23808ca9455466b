/* SPDX-License-Identifier: Apache-2.0 */
/* One connect by io_uring, without a library: a ring for one entry, made and thrown away. */
#ifndef CONNGEN_URING_H
#define CONNGEN_URING_H

#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "address.h"

static void *map_ring(int ring, size_t size, off_t offset)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, offset);

	if (memory == MAP_FAILED)
		fail("io_uring mmap");
	return memory;
}

/* Waits for the end. Returns the errno of the connect. */
static int uring_connect(int fd, const struct address *to, bool worker)
{
	struct io_uring_params params = { 0 };
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
	*entry = (struct io_uring_sqe){ .opcode = IORING_OP_CONNECT, .fd = fd, .flags = worker ? IOSQE_ASYNC : 0,
					.addr = (uint64_t)(uintptr_t)&to->storage, .off = to->length };
	*(unsigned *)(submission + params.sq_off.array) = 0;
	__atomic_store_n((unsigned *)(submission + params.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		fail("io_uring_enter");
	result = ((struct io_uring_cqe *)(completion + params.cq_off.cqes))->res;
	munmap(entry, params.sq_entries * sizeof(*entry));
	munmap(completion, sizes[1]);
	munmap(submission, sizes[0]);
	close(ring);
	return -result;
}

#endif
