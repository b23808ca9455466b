// SPDX-License-Identifier: Apache-2.0
// Fair shares of a fixed number of places, at two levels: groups (cgroups), and
// members within a group (workloads of a cgroup).
#pragma once

#include <cstdint>
#include <unordered_map>

namespace connwatch {

/*
 * Dynamic thresholds (Choudhury and Hahne 1998; src/metrics/series/series.ts has the same rule).
 * A group gets a new place while it holds less than four times what is free: alone
 * it can hold 80 %, and a group that comes later still finds room. Within its group
 * a member gets one while it holds less than four times what the group may still take.
 */
class Shares {
 public:
  static constexpr uint64_t kFactor = 4;

  explicit Shares(uint32_t limit) : limit_(limit) {}

  // Returns false if this member has used up its share.
  bool take(uint64_t group, uint32_t member);
  void give(uint64_t group, uint32_t member);
  // A lower limit takes no place away.
  void setLimit(uint32_t limit) { limit_ = limit; }
  uint32_t taken() const { return taken_; }

 private:
  uint32_t limit_;
  uint32_t taken_ = 0;
  // Entries without a place are erased, so the limit bounds these maps.
  std::unordered_map<uint64_t, uint32_t> groups_;
  std::unordered_map<uint32_t, uint32_t> members_;
};

}  // namespace connwatch
