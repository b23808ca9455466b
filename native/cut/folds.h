// SPDX-License-Identifier: Apache-2.0
// Records that the kernel could not send: totals by class, and the part that the kernel has added up
// by cgroup. The rest has no cgroup.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "native/keys/keys.h"
#include "native/program/program.h"

namespace connwatch {

// `amount` of records of class `what` (enum cw_loss_class) that key `key` stands for.
struct FoldRow {
  Key key;
  uint32_t what;
  cw_fold amount;
};

class Folds {
 public:
  explicit Folds(Program& program) : program_(program) {}

  // Reads the kernel's counters. Returns 0 or an errno.
  int read();
  // The sums since the last call.
  std::vector<FoldRow> take();
  // The kernel's totals, by enum cw_loss and class.
  const uint64_t* losses() const { return losses_.data(); }
  // Records that found the ring full and have no cgroup, by class. Never decreases.
  const std::array<uint64_t, CW_LOSS_CLASSES>& unfolded() const { return unfolded_; }

 private:
  using Place = std::tuple<uint64_t, uint32_t, uint32_t>;
  struct Entry {
    cw_fold now{};
    cw_fold taken{};
    uint32_t idle = 0;
  };
  int readEntries();
  void forgetIdle();

  Program& program_;
  std::map<Place, Entry> entries_;
  std::array<uint64_t, CW_LOSSES> losses_{};
  std::array<uint64_t, CW_LOSS_CLASSES> folded_{};
  std::array<uint64_t, CW_LOSS_CLASSES> unfolded_{};
  uint64_t lostBefore_ = 0;
};

}  // namespace connwatch
