// SPDX-License-Identifier: Apache-2.0
// Maps the memory of a BPF map, for the lifetime of this object.
#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>

namespace connwatch {

class Mapping {
 public:
  Mapping() = default;
  Mapping(int fd, size_t bytes, int protection) : bytes_(bytes) {
    void* memory = mmap(nullptr, bytes, protection, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
      error_ = errno;
    else
      memory_ = memory;
  }
  ~Mapping() {
    if (memory_) munmap(memory_, bytes_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  void* get() const { return memory_; }
  // errno of the failed mapping.
  int error() const { return error_; }

 private:
  void* memory_ = nullptr;
  size_t bytes_ = 0;
  int error_ = 0;
};

}  // namespace connwatch
