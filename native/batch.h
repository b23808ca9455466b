// SPDX-License-Identifier: Apache-2.0
// What JavaScript gets of records: their counts by key, and the records that it wants with their key numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "bpf/event.h"
#include "counts.h"
#include "keys.h"

namespace connwatch {

struct DrainTotals {
  uint64_t seen[CW_KIND_MAX];
  uint64_t late;  // of those that were seen
  uint64_t undecodable;
};

// Preallocated memory of JavaScript's: `events` has room for `capacity` records, `keys` for as many numbers.
struct Room {
  uint8_t* events;
  uint32_t* keys;
  uint32_t capacity;
};

class Batch {
 public:
  // `all`: JavaScript gets every record, else some of failed connects (`setFailures`).
  // `seriesLimit`: see KeyTable::setLimit.
  Batch(Room room, bool all, uint32_t seriesLimit, Bounds bounds)
      : room_(room),
        all_(all),
        table_(std::make_unique<KeyTable>(seriesLimit)),
        counts_(std::move(bounds)) {}

  void clear() { filled_ = added_ = leftOut_ = 0; }
  // How many failed connects may have a record until the next `clear`, at most as many as there is room for.
  void setFailures(uint32_t most) { failures_ = std::min(most, room_.capacity); }
  // Records in `room` since `clear`.
  uint32_t filled() const { return filled_; }
  // Records that were counted since `clear`.
  uint32_t added() const { return added_; }
  // Failed connects without a record since `clear`.
  uint32_t leftOut() const { return leftOut_; }
  // False when there is no room for the record: it is not counted then.
  bool add(const cw_event& event);
  Counts& counts() { return counts_; }

  uint32_t intern(const Key& key) { return table_->intern(key); }
  KeyTable& keyTable() { return *table_; }
  DrainTotals& totals() { return totals_; }

 private:
  bool isWanted(const cw_event& event) const {
    return all_ || (event.kind == CW_KIND_CONNECT && event.outcome != CW_OUT_SUCCESS);
  }

  Room room_;
  bool all_;
  uint32_t filled_ = 0;
  uint32_t added_ = 0;
  uint32_t leftOut_ = 0;
  uint32_t failures_ = 0;
  std::unique_ptr<KeyTable> table_;
  Counts counts_;
  DrainTotals totals_{};
};

}  // namespace connwatch
