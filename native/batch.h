// SPDX-License-Identifier: Apache-2.0
// The preallocated batch that JavaScript reads: records and their key numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "bpf/event.h"
#include "keys.h"

namespace connwatch {

struct DrainTotals {
  uint64_t seen[CW_KIND_MAX];
  uint64_t late;  // of those that were seen
  uint64_t undecodable;
};

class Batch {
 public:
  // `events` has room for `capacity` records, `keys` for as many numbers.
  // `seriesLimit`: see KeyTable::setLimit.
  Batch(uint8_t* events, uint32_t* keys, uint32_t capacity, uint32_t seriesLimit)
      : events_(events), keys_(keys), capacity_(capacity), table_(std::make_unique<KeyTable>(seriesLimit)) {}

  void clear() { filled_ = 0; }
  uint32_t filled() const { return filled_; }
  // False when it is full.
  bool add(const cw_event& event);

  uint32_t intern(const Key& key) { return table_->intern(key); }
  KeyTable& keyTable() { return *table_; }
  DrainTotals& totals() { return totals_; }

 private:
  uint8_t* events_;
  uint32_t* keys_;
  uint32_t capacity_;
  uint32_t filled_ = 0;
  std::unique_ptr<KeyTable> table_;
  DrainTotals totals_{};
};

}  // namespace connwatch
