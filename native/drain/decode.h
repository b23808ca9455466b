// SPDX-License-Identifier: Apache-2.0
// Finds out the kind of a record. All records from the kernel pass through here.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bpf/event.h"

namespace connwatch {

// Size of a record of this kind in bytes; 0 if there is no such kind.
inline size_t sizeOfKind(uint8_t kind) {
  switch (kind) {
    case CW_KIND_CONNECT:
    case CW_KIND_ACCEPT:
    case CW_KIND_CLOSE:
    case CW_KIND_EXIT:
    case CW_KIND_FLOW:
    case CW_KIND_TOTAL:
      return sizeof(cw_event);
    case CW_KIND_PROCESS:
      return sizeof(cw_process);
    case CW_KIND_LISTEN:
      return sizeof(cw_listen);
    case CW_KIND_CGROUP:
      return sizeof(cw_cgroup);
    case CW_KIND_NETNS:
      return sizeof(cw_netns);
    default:
      return 0;
  }
}

// The kind of a record of exactly `length` bytes; 0 if it is not a valid record.
uint8_t decodeRecord(const uint8_t* record, size_t length);

// Reads the records of a buffer in order, up to the first invalid one.
class RecordReader {
 public:
  RecordReader(const uint8_t* data, size_t length) : at_(data), end_(data + length) {}
  // The next record and its kind, or nullptr at the end.
  const uint8_t* next(uint8_t* kind);
  // True if it stopped at an invalid record.
  bool broken() const { return broken_; }

 private:
  const uint8_t* at_;
  const uint8_t* end_;
  bool broken_ = false;
};

}  // namespace connwatch
