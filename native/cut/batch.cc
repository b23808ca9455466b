// SPDX-License-Identifier: Apache-2.0
#include "native/cut/batch.h"

#include <cstring>

namespace connwatch {
namespace {

// A connect that has ended. The record of a connection's end may include its connect.
bool isConnect(const cw_event& event) {
  if (event.kind == CW_KIND_CONNECT) return true;
  return event.kind == CW_KIND_CLOSE && event.role == CW_ROLE_CLIENT && (event.flags & CW_FLAG_OPENED);
}

bool isFailed(const cw_event& event) {
  return event.kind == CW_KIND_CONNECT && event.outcome != CW_OUT_SUCCESS;
}

}  // namespace

bool Batch::hasRoom(const cw_event& event) {
  if (all_) return true;
  bool failed = isFailed(event), tapped = tap_ && event.kind != CW_KIND_FLOW;
  if (!failed && !tapped) return false;
  // A tap takes no room from the failures.
  uint32_t most = failed ? failures_ + tap_ : tap_;
  if (filled_ < std::min(most, room_.capacity)) return true;
  leftOut_ += failed;
  untapped_ += tapped;
  return false;
}

bool Batch::add(const cw_event& event) {
  if (all_ && filled_ == room_.capacity) return false;
  totals_.seen[event.kind]++;
  if (event.flags & CW_FLAG_OPENED)
    totals_.seen[event.role == CW_ROLE_SERVER ? CW_KIND_ACCEPT : CW_KIND_CONNECT]++;
  if (event.flags & CW_FLAG_LATE && event.kind != CW_KIND_FLOW) totals_.late++;
  uint32_t key = isConnect(event) ? table_->connected(event) : intern(keyOf(event));
  counts_.add(key, event);
  added_++;
  if (!hasRoom(event)) return true;
  copy(event, key);
  return true;
}

bool Batch::addTotal(const cw_event& event) {
  if (all_ && filled_ == room_.capacity) return false;
  // The close that follows brings the key into being, and counts as untapped.
  if (all_ || filled_ < std::min(tap_, room_.capacity)) copy(event, 0);
  return true;
}

void Batch::copy(const cw_event& event, uint32_t key) {
  memcpy(room_.events + size_t{filled_} * sizeof event, &event, sizeof event);
  room_.keys[filled_++] = key;
}

}  // namespace connwatch
