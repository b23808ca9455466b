// SPDX-License-Identifier: Apache-2.0
#include "native/drain/decode.h"

#include <cstring>

namespace connwatch {

uint8_t decodeRecord(const uint8_t* record, size_t length) {
  if (length < 2 || record[0] != CW_ABI_VERSION) return 0;
  uint8_t kind = record[1];
  if (length != sizeOfKind(kind)) return 0;
  if (length == sizeof(cw_event) && record[offsetof(cw_event, outcome)] >= CW_OUT_MAX) return 0;
  return kind;
}

const uint8_t* RecordReader::next(uint8_t* kind) {
  if (at_ == end_) return nullptr;
  size_t left = static_cast<size_t>(end_ - at_);
  size_t size = left < 2 ? 0 : sizeOfKind(at_[1]);
  *kind = size && size <= left ? decodeRecord(at_, size) : 0;
  if (!*kind) {
    broken_ = true;
    return nullptr;
  }
  const uint8_t* record = at_;
  at_ += size;
  return record;
}

}  // namespace connwatch
