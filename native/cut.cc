// SPDX-License-Identifier: Apache-2.0
// What is live at a moment between two records.
#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "clock.h"
#include "drain.h"

namespace connwatch {
namespace {

constexpr uint8_t kSynSent = 2, kSynRecv = 3, kEstablished = 1, kClose = 7;
constexpr uint64_t kBusy = ~0ull;

bool isPending(const cw_conn& conn) {
  return conn.role == CW_ROLE_CLIENT && (conn.state == kSynSent || conn.state == kSynRecv);
}

}  // namespace

int Drain::readSlots() {
  slots_.clear();
  unmet_ = false;
  Mapping memory = program_.mapSlots();
  if (!memory.get()) return memory.error();
  uint32_t now = *program_.globals().scan;
  const auto* slots = static_cast<const cw_conn*>(memory.get());
  for (uint32_t i = 0; i < program_.slotCount(); i++) {
    uint64_t cookie = __atomic_load_n(&slots[i].cookie, __ATOMIC_ACQUIRE);
    if (!cookie || cookie == kBusy) continue;
    cw_conn copy;
    memcpy(&copy, &slots[i], sizeof copy);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__atomic_load_n(&slots[i].cookie, __ATOMIC_RELAXED) != cookie) continue;
    copy.cookie = cookie;
    slots_.push_back(copy);
    // Held by nobody for a window: closed and on its way out, the kernel's own, or gone unseen.
    if (copy.seen != now && copy.since < cutTime_) unmet_ = true;
  }
  return 0;
}

int Drain::requestCut() {
  if (cutting_) return 0;
  pending_.clear();
  scan();
  int error = readSlots();
  if (*program_.globals().fallbacks)
    if (int failed = program_.readFallback(slots_)) error = failed;
  for (size_t i = 0; i < slots_.size(); i++)
    if (isPending(slots_[i])) pending_.emplace(slots_[i].cookie, i);
  cutAt_ = ring_.produced();
  cutTime_ = monotonic();
  cutting_ = true;
  return error;
}

// A connect that was pending at the cut, and whose end comes before it.
void Drain::settle(const cw_event& event) {
  auto found = pending_.find(event.cookie);
  if (found != pending_.end() && slots_[found->second].attempt == event.attempt)
    slots_[found->second].state = event.outcome == CW_OUT_SUCCESS ? kEstablished : kClose;
}

void Drain::finishCut() {
  cutting_ = false;
  cutDone_ = true;
  countLive();
  countListeners();
}

void Drain::countLive() {
  std::vector<uint64_t> ids;
  ids.reserve(slots_.size());
  for (const cw_conn& conn : slots_)
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

void Drain::countListeners() {
  listenRows_.clear();
  std::unordered_map<uint32_t, size_t> rows;
  std::unordered_set<uint64_t> met;
  for (const cw_listen& listen : listens_) {
    uint32_t key = intern(keyOf(listen));
    auto [found, isNew] = rows.emplace(key, listenRows_.size());
    if (isNew) listenRows_.push_back({key, 0, 0, 0, 0, 0, 0});
    ListenRow& row = listenRows_[found->second];
    row.overflows += listen.overflows;
    row.drops += listen.drops;
    row.synackRetransmits += listen.synack_retransmits;
    // Several processes may hold it, and then it is met as often.
    if (listen.flags & CW_FLAG_ENDED || !met.insert(listen.cookie).second) continue;
    row.sockets++;
    row.queue += listen.queue;
    row.limit += listen.limit;
  }
  listens_.clear();
}

bool Drain::takeCut() {
  bool done = cutDone_;
  cutDone_ = false;
  return done;
}

}  // namespace connwatch
