// SPDX-License-Identifier: Apache-2.0
#include "native/keys/workloads.h"

#include <cstring>
#include <utility>

namespace connwatch {
namespace {

constexpr size_t kPrefix = 1 + sizeof(uint64_t);

}  // namespace

uint32_t Workloads::of(Whose whose, uint64_t cgroup, std::string_view name) {
  wanted_.assign(1, static_cast<char>(whose));
  wanted_.append(reinterpret_cast<const char*>(&cgroup), sizeof cgroup);
  wanted_.append(name);
  auto [found, isNew] = byName_.try_emplace(wanted_, 0);
  if (!isNew) return found->second;
  uint32_t number;
  if (free_.empty()) {
    number = static_cast<uint32_t>(entries_.size());
    entries_.push_back({});
  } else {
    number = free_.back();
    free_.pop_back();
  }
  entries_[number] = {&found->first, 0, 0};
  found->second = number;
  return number;
}

void Workloads::drop(uint32_t number) {
  entries_[number].holders--;
  forget(number);
}

void Workloads::forget(uint32_t number) {
  Entry& entry = entries_[number];
  if (entry.holders > 0) return;
  byName_.erase(byName_.find(*entry.id));
  entry = {};
  free_.push_back(number);
}

void Workloads::ended(uint32_t number) {
  if (--entries_[number].running == 0) gone_.push_back(number);
}

Whose Workloads::whose(uint32_t number) const {
  return static_cast<Whose>((*entries_[number].id)[0]);
}

uint64_t Workloads::cgroup(uint32_t number) const {
  uint64_t cgroup;
  memcpy(&cgroup, entries_[number].id->data() + 1, sizeof cgroup);
  return cgroup;
}

std::string_view Workloads::name(uint32_t number) const {
  return std::string_view(*entries_[number].id).substr(kPrefix);
}

std::vector<uint64_t> Workloads::cgroups() const {
  std::vector<uint64_t> cgroups;
  for (uint32_t number = 1; number < entries_.size(); number++)
    if (entries_[number].id) cgroups.push_back(cgroup(number));
  return cgroups;
}

std::vector<uint32_t> Workloads::takeGone() { return std::exchange(gone_, {}); }

}  // namespace connwatch
