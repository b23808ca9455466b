// SPDX-License-Identifier: Apache-2.0
#include "drain.h"

#include <algorithm>
#include <cstring>

namespace connwatch {
namespace {

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
  if (cutting_ && event.kind == CW_KIND_CONNECT) settle(event);
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

}  // namespace connwatch
