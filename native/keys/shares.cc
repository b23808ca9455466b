// SPDX-License-Identifier: Apache-2.0
#include "native/keys/shares.h"

namespace connwatch {
namespace {

template <typename Id>
uint64_t heldBy(const std::unordered_map<Id, uint32_t>& held, Id id) {
  auto found = held.find(id);
  return found == held.end() ? 0 : found->second;
}

template <typename Id>
void reduce(std::unordered_map<Id, uint32_t>& held, Id id) {
  auto found = held.find(id);
  if (found != held.end() && --found->second == 0) held.erase(found);
}

}  // namespace

bool Shares::take(uint64_t group, uint32_t member) {
  if (taken_ >= limit_) return false;
  uint64_t threshold = kFactor * (limit_ - taken_);
  uint64_t held = heldBy(groups_, group);
  if (held >= threshold) return false;
  if (heldBy(members_, member) >= kFactor * (threshold - held)) return false;
  groups_[group]++;
  members_[member]++;
  taken_++;
  return true;
}

void Shares::give(uint64_t group, uint32_t member) {
  reduce(groups_, group);
  reduce(members_, member);
  taken_--;
}

}  // namespace connwatch
