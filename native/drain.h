// SPDX-License-Identifier: Apache-2.0
// From the ring into one preallocated batch, and the cut: a moment at which what
// has ended and what is live fit together. No JavaScript in here.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "keys.h"
#include "program.h"
#include "ring.h"

namespace connwatch {

// `count` live sockets of key `key` in `state`.
struct LiveRow {
  uint32_t key;
  uint32_t state;
  uint32_t count;
};

struct DrainTotals {
  uint64_t seen[CW_KIND_MAX];
  uint64_t undecodable;
};

class Drain {
 public:
  // `events` has room for `capacity` records of sizeof(cw_event), `keys` for as many numbers.
  Drain(Program& program, Ring& ring, uint8_t* events, uint32_t* keys, uint32_t capacity)
      : program_(program), ring_(ring), events_(events), keys_(keys), capacity_(capacity) {}

  // Fills the batch; stops when it is full, at the cut, or when the ring is empty.
  uint32_t run();
  // Takes down what is live now; the cut is complete when all records that are
  // in the ring at this moment have been drained. Returns 0 or an errno.
  int requestCut();
  // True once after the run that completed the cut; `live()` holds until the next one.
  bool takeCut();
  const std::vector<LiveRow>& live() const { return rows_; }

  KeyTable& keyTable() { return table_; }
  std::vector<uint32_t>& freshKeys() { return fresh_; }
  std::vector<cw_process>& processes() { return processes_; }
  std::vector<uint64_t>& exited() { return exited_; }
  const DrainTotals& totals() const { return totals_; }
  // CLOCK_MONOTONIC time of the first record of the last run, 0 if it had none.
  uint64_t oldest() const { return oldest_; }

 private:
  bool take(const uint8_t* record, uint32_t length);
  void finishCut();
  uint32_t intern(const Key& key);

  Program& program_;
  Ring& ring_;
  uint8_t* events_;
  uint32_t* keys_;
  uint32_t capacity_;
  uint32_t filled_ = 0;
  KeyTable table_;
  std::vector<uint32_t> fresh_;
  std::vector<cw_process> processes_;
  std::vector<uint64_t> exited_;
  DrainTotals totals_{};
  uint64_t oldest_ = 0;

  bool cutting_ = false;
  bool cutDone_ = false;
  uint64_t cutAt_ = 0;
  std::vector<cw_conn> scan_;
  std::unordered_map<uint64_t, size_t> pending_;  // cookie to index in scan_
  std::vector<LiveRow> rows_;
};

}  // namespace connwatch
