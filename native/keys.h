// SPDX-License-Identifier: Apache-2.0
// Interns "who talks to whom" as a small number, so that JavaScript adds into
// arrays and builds no object or string for a record.
#pragma once

#include <cstdint>
#include <vector>

#include "bpf/event.h"

namespace connwatch {

struct Key {
  uint64_t owner;
  uint64_t cgroup;
  uint8_t address[CW_ADDR_LEN];  // client: the peer; server: zero
  uint32_t netns;
  uint16_t port;  // client: the peer's; server: the local one
  uint16_t role;
};
static_assert(sizeof(Key) == 40, "Key has no padding: it is compared and hashed as bytes");

Key keyOf(const cw_event& event);
Key keyOf(const cw_conn& conn);
Key keyOf(const cw_listen& listen);

class KeyTable {
 public:
  static constexpr uint32_t kCapacity = 1u << 17;

  KeyTable() { resize(1024); }
  // The key's number, 1 or more; 0 when the table is full. `fresh` tells whether
  // it is new, or was given out anew after release.
  uint32_t intern(const Key& key, bool* fresh);
  const Key& at(uint32_t id) const { return keys_[id]; }
  void release(uint32_t id);
  uint32_t live() const { return live_; }
  uint64_t refused() const { return refused_; }

 private:
  void resize(uint32_t slots);
  uint32_t home(const Key& key) const;

  std::vector<uint32_t> slots_;  // open addressing, linear; 0 is free
  std::vector<Key> keys_ = std::vector<Key>(1);
  std::vector<uint32_t> free_;
  uint32_t mask_ = 0;
  uint32_t live_ = 0;
  uint64_t refused_ = 0;
};

}  // namespace connwatch
