// SPDX-License-Identifier: Apache-2.0
#include "inbox.h"

#include <algorithm>

namespace connwatch {

void Inbox::add(const cw_cgroup& cgroup) {
  size_t length = std::min<size_t>(cgroup.length, CW_CGROUP_LEN);
  size_t v1 = std::min<size_t>(cgroup.v1_length, length);
  const char* names = reinterpret_cast<const char*>(cgroup.names);
  cgroups.push_back({cgroup.id, (cgroup.flags & CW_FLAG_CUT_OFF) != 0, std::string(names + v1, length - v1),
                     (cgroup.flags & CW_FLAG_CUT_OFF_V1) != 0, std::string(names, v1)});
}

}  // namespace connwatch
