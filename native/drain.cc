// SPDX-License-Identifier: Apache-2.0
#include "drain.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "clock.h"

namespace connwatch {
namespace {

constexpr uint8_t kSynSent = 2, kSynRecv = 3, kEstablished = 1, kClose = 7;
constexpr uint64_t kBusy = ~0ull;

bool isPending(const cw_conn& conn) {
  return conn.role == CW_ROLE_CLIENT && (conn.state == kSynSent || conn.state == kSynRecv);
}

size_t sizeOf(uint8_t kind) {
  switch (kind) {
    case CW_KIND_CONNECT:
    case CW_KIND_ACCEPT:
    case CW_KIND_CLOSE:
    case CW_KIND_EXIT:
    case CW_KIND_FLOW:
      return sizeof(cw_event);
    case CW_KIND_PROCESS:
      return sizeof(cw_process);
    case CW_KIND_LISTEN:
      return sizeof(cw_listen);
    case CW_KIND_CGROUP:
      return sizeof(cw_cgroup);
    case CW_KIND_NETNS:
      return sizeof(cw_netns);
    default:
      return 0;
  }
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
  if (length != sizeOf(kind) || record[0] != CW_ABI_VERSION) {
    totals_.undecodable++;
    return true;
  }
  if (kind == CW_KIND_PROCESS || kind == CW_KIND_LISTEN || kind == CW_KIND_CGROUP ||
      kind == CW_KIND_NETNS) {
    totals_.seen[kind]++;
    takeOther(record);
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
  return takeEvent(event);
}

void Drain::takeOther(const uint8_t* record) {
  if (record[1] == CW_KIND_PROCESS) {
    processes_.push_back(*reinterpret_cast<const cw_process*>(record));
  } else if (record[1] == CW_KIND_LISTEN) {
    listens_.push_back(*reinterpret_cast<const cw_listen*>(record));
  } else if (record[1] == CW_KIND_NETNS) {
    namespaces_.push_back(*reinterpret_cast<const cw_netns*>(record));
  } else {
    const auto& cgroup = *reinterpret_cast<const cw_cgroup*>(record);
    size_t length = std::min<size_t>(cgroup.length, CW_CGROUP_LEN);
    cgroups_.push_back({cgroup.id, (cgroup.flags & CW_FLAG_CUT_OFF) != 0,
                        std::string(reinterpret_cast<const char*>(cgroup.names), length)});
  }
}

bool Drain::takeEvent(const cw_event& event) {
  if (filled_ == capacity_) return false;
  totals_.seen[event.kind]++;
  if (event.flags & CW_FLAG_LATE && event.kind != CW_KIND_FLOW) totals_.late++;
  memcpy(events_ + static_cast<size_t>(filled_) * sizeof event, &event, sizeof event);
  keys_[filled_++] = intern(keyOf(event));
  if (cutting_ && event.kind == CW_KIND_CONNECT) {
    auto found = pending_.find(event.cookie);
    if (found != pending_.end() && slots_[found->second].attempt == event.attempt)
      slots_[found->second].state = event.outcome == CW_OUT_SUCCESS ? kEstablished : kClose;
  }
  return true;
}

void Drain::takeFlows() {
  while (waiting() && takeEvent(flows_[flowsTaken_])) flowsTaken_++;
  if (waiting()) return;
  flows_.clear();
  flowsTaken_ = 0;
}

uint32_t Drain::run() {
  filled_ = 0;
  oldest_ = 0;
  takeFlows();
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
  if (cutting_ && ring_.consumed() >= cutAt_ && !waiting()) finishCut();
  return filled_;
}

// Sockets that are held open, before the slots are read: those that are found are then in a slot.
void Drain::scan() {
  scanned_.clear();
  namespaces_.clear();
  if (program_.scan(scanned_)) return;
  takeScanned();
  if (!unmet_) return;
  scanned_.clear();
  if (!program_.sweep(scanned_)) takeScanned();
}

void Drain::takeScanned() {
  const uint8_t* at = scanned_.data();
  const uint8_t* end = at + scanned_.size();
  while (at + 2 <= end) {
    size_t size = sizeOf(at[1]);
    if (size == 0 || at + size > end || at[0] != CW_ABI_VERSION) {
      totals_.undecodable++;
      return;
    }
    if (size == sizeof(cw_event)) {
      cw_event event;
      memcpy(&event, at, sizeof event);
      flows_.push_back(event);
    } else {
      totals_.seen[at[1]]++;
      takeOther(at);
    }
    at += size;
  }
}

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
