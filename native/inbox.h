// SPDX-License-Identifier: Apache-2.0
// What the kernel side says about cgroups and namespaces, until JavaScript takes it.
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
};

struct Inbox {
  std::vector<CgroupNames> cgroups;
  // Of the last scan: each network namespace whose sockets it found, with a thread in it.
  std::vector<cw_netns> namespaces;

  void add(const cw_cgroup& cgroup);
};

}  // namespace connwatch
