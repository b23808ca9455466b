// SPDX-License-Identifier: Apache-2.0
#include "native/cut/cut.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>
#include <utility>

#include "native/clock.h"

namespace connwatch {
namespace {

constexpr uint8_t kEstablished = 1, kSynSent = 2, kSynRecv = 3, kClose = 7;
constexpr uint64_t kBusy = ~0ull;
constexpr uint32_t kFallbackReadings = 3;

// src/metrics counts pending connects by the same rule.
bool isPending(const cw_conn& conn) {
  return conn.role == CW_ROLE_CLIENT && (conn.state == kSynSent || conn.state == kSynRecv);
}

bool isConnecting(const cw_conn& conn) { return conn.role == CW_ROLE_CLIENT && !conn.opened; }

// The record that a success or an accept would have sent.
cw_event openedEvent(const cw_conn& conn) {
  bool server = conn.role == CW_ROLE_SERVER;
  cw_event event{};
  event.version = CW_ABI_VERSION;
  event.kind = server ? CW_KIND_ACCEPT : CW_KIND_CONNECT;
  event.flags = static_cast<uint16_t>(conn.flags | (conn.owner ? CW_FLAG_OWNER : 0));
  event.netns = conn.netns;
  event.time = conn.opened;
  event.cookie = conn.cookie;
  event.owner = conn.owner;
  event.cgroup = conn.cgroup;
  memcpy(event.raddr, conn.raddr, sizeof event.raddr);
  event.lport = conn.lport;
  event.rport = conn.rport;
  event.duration = server ? 0 : conn.opened - conn.since;
  event.role = conn.role;
  event.syn_retransmits = server ? 0 : conn.syn_retransmits;
  return event;
}

// Copies a slot. Returns false if the slot is free, or if its socket changes during the copy.
bool copySlot(const cw_conn& slot, cw_conn* copy) {
  uint64_t cookie = __atomic_load_n(&slot.cookie, __ATOMIC_ACQUIRE);
  if (!cookie || cookie == kBusy) return false;
  // Read `opened` first, because the programs write it last.
  uint64_t opened = __atomic_load_n(&slot.opened, __ATOMIC_ACQUIRE);
  memcpy(copy, &slot, sizeof *copy);
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  if (__atomic_load_n(&slot.cookie, __ATOMIC_RELAXED) != cookie) return false;
  copy->cookie = cookie;
  copy->opened = opened;
  return true;
}

}  // namespace

int Cut::readSlots(std::vector<cw_event>& opened) {
  slots_.clear();
  if (program_.isLower()) return readConns();
  Mapping memory = program_.mapSlots();
  if (!memory.get()) return memory.error();
  auto* slots = static_cast<cw_conn*>(memory.get());
  uint32_t scan = *program_.globals().scan;
  leftOver_ = false;
  for (uint32_t i = 0; i < program_.slotCount(); i++) {
    cw_conn copy;
    if (!copySlot(slots[i], &copy)) continue;
    if (copy.opened && !(copy.opened & CW_COUNTED)) {
      uint64_t expected = copy.opened;
      // The exchange fails if the socket has ended meanwhile: then the record of its end counts the success or accept.
      if (!__atomic_compare_exchange_n(&slots[i].opened, &expected, copy.opened | CW_COUNTED, false,
                                       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        continue;
      opened.push_back(openedEvent(copy));
    }
    slots_.push_back(copy);
    if (copy.seen != scan && copy.since < time_) leftOver_ = true;
  }
  return 0;
}

// The programs have counted what these began with.
int Cut::readConns() {
  uint32_t scan = *program_.globals().scan;
  int error = program_.readConns(slots_);
  leftOver_ = std::any_of(slots_.begin(), slots_.end(),
                          [&](const cw_conn& conn) { return conn.seen != scan && conn.since < time_; });
  return error;
}

// The kernel resumes a bucket of the map by how many of its elements it has reported
// (bpf_sk_storage_map_seq_find_next, net/core/bpf_sk_storage.c). If an element is added in between, it
// reports another one twice. Attempts never decrease, so a connect counted twice would stay.
// If one is removed in between, it skips another one. Then it is read again: all that were found count, without those that have
// ended meanwhile, which their records tell.
int Cut::readFallback() {
  const Globals& globals = program_.globals();
  std::vector<cw_conn> found;
  std::unordered_set<uint64_t> newest;  // cookies of the last reading
  for (uint32_t reading = 0; reading < kFallbackReadings; reading++) {
    uint64_t ends = *globals.fallbackEnds;
    std::vector<cw_conn> again;
    if (int error = program_.readFallback(reading, again)) return error;
    bool whole = *globals.fallbackEnds == ends;
    newest.clear();
    for (const cw_conn& conn : again) newest.insert(conn.cookie);
    // The newest of those with the same cookie is the first.
    again.insert(again.end(), found.begin(), found.end());
    found = std::move(again);
    if (whole) break;
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const cw_conn& a, const cw_conn& b) { return a.cookie < b.cookie; });
  found.erase(std::unique(found.begin(), found.end(),
                          [](const cw_conn& a, const cw_conn& b) { return a.cookie == b.cookie; }),
              found.end());
  // A socket that connects again has the cookie of its attempt that has ended, so what was there last counts.
  for (const cw_conn& conn : found)
    if (newest.count(conn.cookie) || globals.fallbacksEnded[conn.cookie & (CW_FALLBACKS_ENDED - 1)] != conn.cookie)
      slots_.push_back(conn);
  return 0;
}

int Cut::begin(std::vector<cw_event>& opened) {
  int error = readSlots(opened);
  // Successes and accepts of these sockets had records of their own.
  if (*program_.globals().fallbacks)
    if (int failed = readFallback()) error = failed;
  time_ = monotonic();
  connecting_.clear();
  for (size_t i = 0; i < slots_.size(); i++)
    if (isConnecting(slots_[i])) connecting_.emplace(slots_[i].cookie, i);
  return error;
}

void Cut::settle(const cw_event& event) {
  auto found = connecting_.find(event.cookie);
  // A record older than this attempt is the end of the socket's previous attempt.
  if (found == connecting_.end() || event.time < slots_[found->second].since) return;
  bool open = event.kind == CW_KIND_CONNECT && event.outcome == CW_OUT_SUCCESS;
  slots_[found->second].state = open ? kEstablished : kClose;
}

void Cut::finish(Batch& batch) {
  std::vector<uint64_t> ids;
  ids.reserve(slots_.size());
  KeyTable& table = batch.keyTable();
  table.beginPending();
  sockets_.clear();
  for (const cw_conn& conn : slots_) {
    if (conn.state == kClose) continue;
    uint32_t key = isPending(conn) ? table.pending(conn) : table.intern(keyOf(conn));
    ids.push_back(static_cast<uint64_t>(key) << 8 | conn.state);
    if (keep_) sockets_.push_back({conn, key});
  }
  keep_ = false;
  std::sort(ids.begin(), ids.end());
  rows_.clear();
  for (size_t i = 0; i < ids.size();) {
    size_t end = i;
    while (end < ids.size() && ids[end] == ids[i]) end++;
    rows_.push_back({static_cast<uint32_t>(ids[i] >> 8), static_cast<uint32_t>(ids[i] & 0xff),
                     static_cast<uint32_t>(end - i)});
    i = end;
  }
  slots_.clear();
  connecting_.clear();
}

}  // namespace connwatch
