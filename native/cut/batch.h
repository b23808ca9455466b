// SPDX-License-Identifier: Apache-2.0
// What JavaScript gets of records: their counts by key, and the records that it wants with their key numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "bpf/event.h"
#include "native/cut/counts.h"
#include "native/keys/keys.h"

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
  Batch(Room room, bool all, uint32_t seriesLimit, Counts counts)
      : room_(room),
        all_(all),
        table_(std::make_unique<KeyTable>(seriesLimit)),
        counts_(std::move(counts)) {}

  void clear() { filled_ = added_ = leftOut_ = untapped_ = 0; }
  // How many failed connects may have a record until the next `clear`, at most as many as there is room for.
  void setFailures(uint32_t most) { failures_ = most; }
  // How many records of connects, accepts and closes there may be until the next `clear`. 0: those of `setFailures` only.
  void setTap(uint32_t most) { tap_ = most; }
  // Records in `room` since `clear`.
  uint32_t filled() const { return filled_; }
  // Records that were counted since `clear`.
  uint32_t added() const { return added_; }
  // Failed connects without a record since `clear`.
  uint32_t leftOut() const { return leftOut_; }
  // Records that `setTap` asks for and that had no room since `clear`.
  uint32_t untapped() const { return untapped_; }
  // False when there is no room for the record: it is not counted then.
  bool add(const cw_event& event);
  // A record that is counted nowhere, for a tap.
  bool addTotal(const cw_event& event);
  Counts& counts() { return counts_; }

  uint32_t intern(const Key& key) { return table_->intern(key); }
  KeyTable& keyTable() { return *table_; }
  DrainTotals& totals() { return totals_; }

 private:
  // Whether JavaScript gets this record; counts it if it does not, although it was asked for.
  bool hasRoom(const cw_event& event);

  void copy(const cw_event& event, uint32_t key);

  Room room_;
  bool all_;
  uint32_t filled_ = 0;
  uint32_t added_ = 0;
  uint32_t leftOut_ = 0;
  uint32_t failures_ = 0;
  uint32_t tap_ = 0;
  uint32_t untapped_ = 0;
  std::unique_ptr<KeyTable> table_;
  Counts counts_;
  DrainTotals totals_{};
};

}  // namespace connwatch
