// SPDX-License-Identifier: Apache-2.0
// Which cgroup controllers are in a v1 hierarchy.
#pragma once

#include <cstdint>
#include <string>

namespace connwatch {

// Of the contents of /proc/cgroups, the constant `cgroup_v1` of bpf/base/maps.bpf.h: bit 0 memory, bit 1 pids.
// A hierarchy's number is 0 in v2. All of them where nothing can be read.
uint32_t v1Controllers(const std::string& table);
uint32_t v1Controllers();

}  // namespace connwatch
