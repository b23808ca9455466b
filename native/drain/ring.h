// SPDX-License-Identifier: Apache-2.0
// A reader of the BPF ring buffer (kernel/bpf/ringbuf.c) that can stop at a
// position, unlike libbpf's. For one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace connwatch {

class Ring {
 public:
  Ring() = default;
  ~Ring() { close(); }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // Maps the ring of `size` bytes. Returns 0 or a positive errno.
  int open(int fd, size_t size);
  void close();

  size_t size() const { return size_; }
  uint64_t consumed() const { return consumed_; }
  // The position up to which the kernel has reserved records. Records before it may not be complete yet.
  uint64_t produced() const;
  uint64_t used() const { return produced() - consumed_; }

  // The record at the read position; nullptr at `limit` or if the record is not complete yet. Skips
  // discarded records. The memory belongs to the ring or is a copy, and is valid until `release` or
  // the next peek.
  const uint8_t* peek(uint64_t limit, uint32_t* length);
  // Moves past the record that peek returned.
  void advance();
  // Gives everything before the read position back to the kernel.
  void release();

 private:
  // `size` bytes of the data from `at` on.
  const uint8_t* whole(size_t at, uint32_t size);

  uint8_t* consumer_ = nullptr;
  uint8_t* producer_ = nullptr;
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  size_t page_ = 0;
  uint64_t consumed_ = 0;
  uint64_t next_ = 0;
  std::vector<uint8_t> wrapped_;
};

}  // namespace connwatch
