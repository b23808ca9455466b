// SPDX-License-Identifier: Apache-2.0
#include "native/drain/ring.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace connwatch {

int Ring::open(int fd, size_t size) {
  page_ = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  size_ = size;
  void* consumer = mmap(nullptr, page_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (consumer == MAP_FAILED) return errno;
  consumer_ = static_cast<uint8_t*>(consumer);
  // The kernel could map the data twice in a row, so that no record wraps. But both views would count as
  // resident memory, and only one record in thousands wraps: that one is copied together.
  void* producer = mmap(nullptr, page_ + size, PROT_READ, MAP_SHARED, fd,
                        static_cast<off_t>(page_));
  if (producer == MAP_FAILED) {
    int error = errno;
    close();
    return error;
  }
  producer_ = static_cast<uint8_t*>(producer);
  data_ = producer_ + page_;
  consumed_ = next_ = __atomic_load_n(reinterpret_cast<uint64_t*>(consumer_), __ATOMIC_ACQUIRE);
  return 0;
}

void Ring::close() {
  if (producer_) munmap(producer_, page_ + size_);
  if (consumer_) munmap(consumer_, page_);
  producer_ = consumer_ = data_ = nullptr;
}

uint64_t Ring::produced() const {
  return __atomic_load_n(reinterpret_cast<uint64_t*>(producer_), __ATOMIC_ACQUIRE);
}

const uint8_t* Ring::peek(uint64_t limit, uint32_t* length) {
  while (consumed_ < limit) {
    const uint8_t* header = data_ + (consumed_ & (size_ - 1));
    uint32_t word = __atomic_load_n(reinterpret_cast<const uint32_t*>(header), __ATOMIC_ACQUIRE);
    if (word & BPF_RINGBUF_BUSY_BIT) return nullptr;
    uint32_t size = word & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
    next_ = consumed_ + ((size + BPF_RINGBUF_HDR_SZ + 7) & ~7u);
    if (word & BPF_RINGBUF_DISCARD_BIT) {
      consumed_ = next_;
      continue;
    }
    *length = size;
    return whole((consumed_ + BPF_RINGBUF_HDR_SZ) & (size_ - 1), size);
  }
  return nullptr;
}

const uint8_t* Ring::whole(size_t at, uint32_t size) {
  if (at + size <= size_) return data_ + at;
  size_t first = size_ - at;
  wrapped_.resize(size);
  memcpy(wrapped_.data(), data_ + at, first);
  memcpy(wrapped_.data() + first, data_, size - first);
  return wrapped_.data();
}

void Ring::advance() { consumed_ = next_; }

void Ring::release() {
  __atomic_store_n(reinterpret_cast<uint64_t*>(consumer_), consumed_, __ATOMIC_RELEASE);
}

}  // namespace connwatch
