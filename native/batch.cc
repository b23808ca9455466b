// SPDX-License-Identifier: Apache-2.0
#include "batch.h"

#include <cstring>

namespace connwatch {

uint32_t Batch::intern(const Key& key) {
  bool fresh;
  uint32_t id = table_.intern(key, &fresh);
  if (fresh) fresh_.push_back(id);
  return id;
}

bool Batch::add(const cw_event& event) {
  if (filled_ == capacity_) return false;
  totals_.seen[event.kind]++;
  if (event.flags & CW_FLAG_OPENED)
    totals_.seen[event.role == CW_ROLE_SERVER ? CW_KIND_ACCEPT : CW_KIND_CONNECT]++;
  if (event.flags & CW_FLAG_LATE && event.kind != CW_KIND_FLOW) totals_.late++;
  memcpy(events_ + static_cast<size_t>(filled_) * sizeof event, &event, sizeof event);
  keys_[filled_++] = intern(keyOf(event));
  return true;
}

}  // namespace connwatch
