// SPDX-License-Identifier: Apache-2.0
// Holds the kernel's records about cgroups and namespaces until JavaScript takes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bpf/event.h"

namespace connwatch {

// The names of a cgroup, as bpf/event.h orders them.
struct CgroupNames {
  uint64_t id;
  bool cutOff;
  std::string names;
  // In a v1 hierarchy; empty if it has none there.
  bool cutOffV1;
  std::string namesV1;
};

struct Inbox {
  std::vector<CgroupNames> cgroups;
  // Network namespaces whose sockets the last scan found, each with a thread in it.
  std::vector<cw_netns> namespaces;

  void add(const cw_cgroup& cgroup);
  // Takes what found the ring full: CW_KEPT_CGROUPS places, which become free.
  void take(cw_cgroup* kept);
};

}  // namespace connwatch
