// SPDX-License-Identifier: Apache-2.0
/*
 * floor OBJECT: the least that a reader of the ring can do. Every 2 ms it copies
 * all records into a batch with a loop and memcpy, and does nothing with them,
 * until its standard input ends.
 */
#include <linux/bpf.h>
#include <poll.h>
#include <sys/mman.h>

#include "clock.h"
#include "maps.h"
#include "event.h"

#define BATCH 4096
#define WAIT_MS 2

struct ring {
	uint64_t *consumer;
	const uint8_t *data;
	const uint64_t *producer;
	size_t size;
};

static struct cw_event batch[BATCH];

static struct ring map_ring(int fd, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	uint8_t *producer = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, fd, (off_t)page);

	if (consumer == MAP_FAILED || producer == MAP_FAILED)
		err(1, "map the ring");
	return (struct ring){ consumer, producer + page, (const uint64_t *)producer, size };
}

static long drain(struct ring *ring)
{
	uint64_t at = *ring->consumer;
	uint64_t end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	long records = 0;

	while (at < end) {
		const uint8_t *record = ring->data + (at & (ring->size - 1));
		uint32_t word = __atomic_load_n((const uint32_t *)record, __ATOMIC_ACQUIRE);
		uint32_t size = word & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (word & BPF_RINGBUF_BUSY_BIT)
			break;
		if (size == sizeof(*batch))
			memcpy(&batch[records++ % BATCH], record + BPF_RINGBUF_HDR_SZ, sizeof(*batch));
		at += (size + BPF_RINGBUF_HDR_SZ + 7) & ~7u;
		/* A full batch is handed on, and with it the room in the ring. */
		if (records % BATCH == 0)
			__atomic_store_n(ring->consumer, at, __ATOMIC_RELEASE);
	}
	__atomic_store_n(ring->consumer, at, __ATOMIC_RELEASE);
	return records;
}

int main(int argc, char **argv)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	struct bpf_object *object;
	struct bpf_map *events;
	struct ring ring;
	int64_t cpu = 0, records = 0;
	bool ended;

	if (argc != 2)
		errx(2, "usage: floor OBJECT");
	object = load_with_maps_of(NULL, argv[1]);
	events = bpf_object__find_map_by_name(object, "events");
	ring = map_ring(bpf_map__fd(events), bpf_map__max_entries(events));
	printf("{\"ready\":true}\n");
	fflush(stdout);
	do {
		int64_t before, found;

		ended = poll(&input, 1, WAIT_MS) != 0;
		before = read_clock(CLOCK_THREAD_CPUTIME_ID);
		found = drain(&ring);
		if (found)
			cpu += read_clock(CLOCK_THREAD_CPUTIME_ID) - before;
		records += found;
	} while (!ended);
	printf("{\"records\":%lld,\"drain_seconds\":%.9f,\"check\":%u}\n", (long long)records, (double)cpu / 1e9,
	       batch[BATCH - 1].rport);
	return 0;
}
