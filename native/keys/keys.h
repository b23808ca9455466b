// SPDX-License-Identifier: Apache-2.0
// Gives each pair of workload and peer a small number, so that JavaScript adds into arrays and makes
// no object or string for a record. This bounds the agent's memory: above the limit, keys share a number.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "bpf/event.h"
#include "native/keys/client_ranges.h"
#include "native/keys/owners.h"
#include "native/keys/shares.h"
#include "native/keys/workloads.h"

namespace connwatch {

// Workload and peer of a record.
struct Key {
  uint64_t owner;
  uint64_t cgroup;
  uint8_t address[CW_ADDR_LEN];  // the peer; zero for a listener
  uint32_t netns;
  uint16_t port;  // client: the peer's; server: the local one
  uint16_t role;
};

Key keyOf(const cw_event& event);
Key keyOf(const cw_conn& conn);
Key keyOf(const cw_listen& listen);

// What a number stands for. src/ebpf/keys/details.ts reads `fold`.
enum class Fold : uint8_t {
  kNone = 0,
  kPeer = 1,      // all peers (server: ports) of a workload without a number of their own
  kWorkload = 2,  // all workloads of a network namespace without a number of their own
  kAll = 3,       // everything else
};

struct Identity {
  uint64_t cgroup;
  uint8_t address[CW_ADDR_LEN];  // client: the peer; server: ClientRanges::find, as uint32_t
  uint32_t workload;
  uint32_t netns;
  uint16_t port;
  uint8_t role;  // CW_ROLE_NONE: the number is free
  Fold fold;
  uint32_t reserved;
};
static_assert(sizeof(Identity) == 40, "Identity has no padding: it is compared and hashed as bytes");

/*
 * A process is no part of an identity: its connects are counted by `owners`, and
 * what it is called by the workload. So many short-lived processes that do the same
 * need one number.
 */
class KeyTable {
 public:
  explicit KeyTable(uint32_t limit) : owners_(workloads_, limit) {
    resize(1024);
    setLimit(limit);
  }
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;
  // `limit`: maximum of series of one metric.
  void setLimit(uint32_t limit);
  // Before the first key. See ClientRanges::set.
  void setClientRanges(const uint8_t* bytes, size_t count) { clientRanges_.set(bytes, count); }
  // The number, 1 or more.
  uint32_t intern(const Key& key);
  /*
   * A connect that is pending at a cut, and the end of a connect. When it was counted
   * as pending under a shared number, its end counts there, too, although its peer may
   * have a number of its own by then: else it would be in the attempts of both.
   */
  void beginPending() { pending_.clear(); }
  uint32_t pending(const cw_conn& conn);
  uint32_t connected(const cw_event& event);
  bool holds(uint32_t id) const { return id < entries_.size() && entries_[id].role != CW_ROLE_NONE; }
  const Identity& at(uint32_t id) const { return entries_[id]; }
  void release(uint32_t id);
  uint32_t live() const { return live_; }
  Owners& owners() { return owners_; }
  Workloads& workloads() { return workloads_; }

 private:
  static constexpr uint32_t kNamespaces = 256;

  uint32_t find(const Identity& identity) const;
  // The key under which this connect was pending, once; 0 if it has one of its own.
  uint32_t takePending(uint64_t cookie);
  uint32_t add(const Identity& identity);
  uint32_t internFolded(Identity identity);
  bool takeShare(const Identity& identity);
  void resize(uint32_t slots);
  uint32_t home(const Identity& identity) const;

  ClientRanges clientRanges_;
  Workloads workloads_;
  Owners owners_;
  Shares peers_{0};
  Shares alone_{0};
  uint32_t namespaces_ = 0;
  std::vector<uint32_t> slots_;  // open addressing, linear; 0 is free
  std::vector<Identity> entries_ = std::vector<Identity>(1);
  std::vector<uint32_t> free_;
  uint32_t mask_ = 0;
  uint32_t live_ = 0;
  // Pending connects of the last cut that have a shared number: cookie to number.
  std::unordered_map<uint64_t, uint32_t> pending_;
};

}  // namespace connwatch
