// SPDX-License-Identifier: Apache-2.0
#include "drain.h"

#include <algorithm>
#include <cstring>

namespace connwatch {
namespace {

constexpr uint8_t kSynSent = 2, kSynRecv = 3, kEstablished = 1, kClose = 7;
constexpr uint64_t kBusy = ~0ull;

bool isPending(const cw_conn& conn) {
  return conn.role == CW_ROLE_CLIENT && (conn.state == kSynSent || conn.state == kSynRecv);
}

}  // namespace

uint32_t Drain::intern(const Key& key) {
  bool fresh;
  uint32_t id = table_.intern(key, &fresh);
  if (fresh) fresh_.push_back(id);
  return id;
}

// False when the batch is full and the record has to wait.
bool Drain::take(const uint8_t* record, uint32_t length) {
  uint8_t kind = length >= 2 ? record[1] : 0;
  bool process = kind == CW_KIND_PROCESS;
  size_t expected = process ? sizeof(cw_process) : sizeof(cw_event);
  if (length != expected || record[0] != CW_ABI_VERSION || kind == 0 || kind >= CW_KIND_MAX) {
    totals_.undecodable++;
    return true;
  }
  if (process) {
    totals_.seen[kind]++;
    processes_.push_back(*reinterpret_cast<const cw_process*>(record));
    return true;
  }
  const auto& event = *reinterpret_cast<const cw_event*>(record);
  if (event.outcome >= CW_OUT_MAX) {
    totals_.undecodable++;
    return true;
  }
  if (!oldest_) oldest_ = event.time;
  if (kind == CW_KIND_EXIT) {
    totals_.seen[kind]++;
    exited_.push_back(event.owner);
    return true;
  }
  if (filled_ == capacity_) return false;
  totals_.seen[kind]++;
  memcpy(events_ + static_cast<size_t>(filled_) * sizeof event, record, sizeof event);
  keys_[filled_++] = intern(keyOf(event));
  if (cutting_ && kind == CW_KIND_CONNECT) {
    auto found = pending_.find(event.cookie);
    if (found != pending_.end() && scan_[found->second].attempt == event.attempt)
      scan_[found->second].state = event.outcome == CW_OUT_SUCCESS ? kEstablished : kClose;
  }
  return true;
}

uint32_t Drain::run() {
  filled_ = 0;
  oldest_ = 0;
  uint32_t length;
  uint64_t limit = cutting_ ? cutAt_ : ring_.produced();
  // The ring is given back in steps, so that a full one can be written again soon.
  constexpr uint64_t kStep = 64 * 1024;
  uint64_t released = ring_.consumed();
  while (const uint8_t* record = ring_.peek(limit, &length)) {
    if (!take(record, length)) break;
    ring_.advance();
    if (ring_.consumed() - released > kStep) {
      ring_.release();
      released = ring_.consumed();
    }
  }
  ring_.release();
  if (cutting_ && ring_.consumed() >= cutAt_) finishCut();
  return filled_;
}

int Drain::requestCut() {
  if (cutting_) return 0;
  scan_.clear();
  pending_.clear();
  const cw_conn* slots = program_.slots();
  for (uint32_t i = 0; i < program_.slotCount(); i++) {
    uint64_t cookie = __atomic_load_n(&slots[i].cookie, __ATOMIC_ACQUIRE);
    if (!cookie || cookie == kBusy) continue;
    cw_conn copy;
    memcpy(&copy, const_cast<const cw_conn*>(&slots[i]), sizeof copy);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__atomic_load_n(&slots[i].cookie, __ATOMIC_RELAXED) == cookie) {
      copy.cookie = cookie;
      scan_.push_back(copy);
    }
  }
  int error = 0;
  if (*program_.globals().fallbacks) error = program_.readFallback(scan_);
  for (size_t i = 0; i < scan_.size(); i++)
    if (isPending(scan_[i])) pending_.emplace(scan_[i].cookie, i);
  cutAt_ = ring_.produced();
  cutting_ = true;
  return error;
}

void Drain::finishCut() {
  cutting_ = false;
  cutDone_ = true;
  std::vector<uint64_t> ids;
  ids.reserve(scan_.size());
  for (const cw_conn& conn : scan_)
    if (conn.state != kClose)
      ids.push_back(static_cast<uint64_t>(intern(keyOf(conn))) << 8 | conn.state);
  std::sort(ids.begin(), ids.end());
  rows_.clear();
  for (size_t i = 0; i < ids.size();) {
    size_t end = i;
    while (end < ids.size() && ids[end] == ids[i]) end++;
    rows_.push_back({static_cast<uint32_t>(ids[i] >> 8), static_cast<uint32_t>(ids[i] & 0xff),
                     static_cast<uint32_t>(end - i)});
    i = end;
  }
}

bool Drain::takeCut() {
  bool done = cutDone_;
  cutDone_ = false;
  return done;
}

}  // namespace connwatch
