// SPDX-License-Identifier: Apache-2.0
#include "native/program/cgroup_v1.h"

#include <fstream>
#include <sstream>

namespace connwatch {
namespace {

constexpr uint32_t kMemory = 1, kPids = 2;

}  // namespace

uint32_t v1Controllers(const std::string& table) {
  std::istringstream lines(table);
  std::string line;
  uint32_t found = 0, v1 = 0;
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string name;
    uint32_t hierarchy;
    if (!(fields >> name >> hierarchy)) continue;
    uint32_t bit = name == "memory" ? kMemory : name == "pids" ? kPids : 0;
    found |= bit;
    if (hierarchy) v1 |= bit;
  }
  // A controller that is not listed counts as v1, because the kernel may hide it.
  return v1 | (found ^ (kMemory | kPids));
}

uint32_t v1Controllers() {
  std::ifstream file("/proc/cgroups");
  std::ostringstream table;
  table << file.rdbuf();
  return v1Controllers(table.str());
}

}  // namespace connwatch
