// SPDX-License-Identifier: Apache-2.0
#include "inbox.h"

#include <algorithm>

namespace connwatch {

void Inbox::add(const cw_cgroup& cgroup) {
  size_t length = std::min<size_t>(cgroup.length, CW_CGROUP_LEN);
  cgroups.push_back({cgroup.id, (cgroup.flags & CW_FLAG_CUT_OFF) != 0,
                     std::string(reinterpret_cast<const char*>(cgroup.names), length)});
}

}  // namespace connwatch
