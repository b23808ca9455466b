// SPDX-License-Identifier: Apache-2.0
// Workloads by number: an executable in a cgroup, and its command where that has another name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace connwatch {

// src/ebpf/keys/details.ts reads these numbers.
enum class Whose : uint8_t {
  kUnknown = 0,  // the kernel side does not know the owner
  kProcess = 1,
  kKernel = 2,
  kFolded = 3,   // any owner, of records that the kernel side could not send
  kUntold = 4,   // a process whose record has not arrived; the name is its owner number, 8 bytes
};

/*
 * An entry lives while something refers to it: a key, or a program image
 * (owners.h). So the table is bounded by those, and holds no name that nobody uses.
 */
class Workloads {
 public:
  // `name`: the executable; if its command has another name, NUL and that (command.h).
  // The number of this workload, 1 or more. Call `forget` for a new one without references.
  uint32_t of(Whose whose, uint64_t cgroup, std::string_view name);
  void hold(uint32_t number) { entries_[number].holders++; }
  void drop(uint32_t number);
  // Frees a number without references.
  void forget(uint32_t number);
  // A program image of it has started; its last one has ended.
  void began(uint32_t number) { entries_[number].running++; }
  void ended(uint32_t number);

  Whose whose(uint32_t number) const;
  uint64_t cgroup(uint32_t number) const;
  std::string_view name(uint32_t number) const;
  // Numbers of workloads whose last process has ended since the last call.
  std::vector<uint32_t> takeGone();
  // The cgroups of all entries; may contain duplicates.
  std::vector<uint64_t> cgroups() const;
  size_t size() const { return byName_.size(); }

 private:
  struct Entry {
    const std::string* id;  // of byName_; nullptr: free
    uint32_t holders;
    uint32_t running;
  };

  // Kind of owner, cgroup and name of a workload, one after the other.
  std::unordered_map<std::string, uint32_t> byName_;
  std::vector<Entry> entries_ = std::vector<Entry>(1);
  std::vector<uint32_t> free_;
  std::vector<uint32_t> gone_;
  std::string wanted_;
};

}  // namespace connwatch
