// SPDX-License-Identifier: Apache-2.0
// Which record some bytes are. Everything that the kernel side sends passes through here.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bpf/event.h"

namespace connwatch {

// Bytes of a record of this kind, 0 where there is none.
size_t sizeOfKind(uint8_t kind);

// The kind of a record of exactly `length` bytes; 0 where it is none that can be read.
uint8_t decodeRecord(const uint8_t* record, size_t length);

// The records of a buffer, one after the other; ends at the first that cannot be read.
class RecordReader {
 public:
  RecordReader(const uint8_t* data, size_t length) : at_(data), end_(data + length) {}
  // The next record and its kind, or nullptr at the end.
  const uint8_t* next(uint8_t* kind);
  // Whether it ended at something that cannot be read.
  bool broken() const { return broken_; }

 private:
  const uint8_t* at_;
  const uint8_t* end_;
  bool broken_ = false;
};

}  // namespace connwatch
