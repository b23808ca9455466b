// SPDX-License-Identifier: Apache-2.0
#include "native/drain/inbox.h"

#include <algorithm>

namespace connwatch {

namespace {

std::string text(const uint8_t* names, uint32_t length) {
  return {reinterpret_cast<const char*>(names), std::min<size_t>(length, CW_CGROUP_LEN)};
}

}  // namespace

void Inbox::add(const cw_cgroup& cgroup) {
  cgroups.push_back({cgroup.id, (cgroup.flags & CW_FLAG_CUT_OFF) != 0, text(cgroup.names, cgroup.length),
                     (cgroup.flags & CW_FLAG_CUT_OFF_V1) != 0, text(cgroup.v1_names, cgroup.v1_length)});
}

void Inbox::take(cw_cgroup* kept) {
  for (uint32_t i = 0; i < CW_KEPT_CGROUPS; i++) {
    if (__atomic_load_n(&kept[i].time, __ATOMIC_ACQUIRE) <= CW_CGROUP_BUSY) continue;
    add(kept[i]);
    __atomic_store_n(&kept[i].time, 0, __ATOMIC_RELEASE);
  }
}

}  // namespace connwatch
