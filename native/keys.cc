// SPDX-License-Identifier: Apache-2.0
#include "keys.h"

#include <cstring>

namespace connwatch {
namespace {

uint64_t mix(uint64_t a, uint64_t b) {
  unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint64_t hash(const Key& key) {
  uint64_t words[5];
  memcpy(words, &key, sizeof words);
  uint64_t h = mix(words[0] ^ 0x9e3779b97f4a7c15, words[1] ^ 0xd1b54a32d192ed03);
  h = mix(h ^ words[2], words[3] ^ 0x8bb84b93962eacc9);
  return mix(h ^ words[4], 0x4b33a62ed433d4a3);
}

bool equal(const Key& a, const Key& b) { return memcmp(&a, &b, sizeof a) == 0; }

Key make(uint64_t owner, uint64_t cgroup, uint32_t netns, uint8_t role, const uint8_t* remote,
         uint16_t rport, uint16_t lport) {
  Key key{owner, cgroup, {}, netns, lport, role};
  if (role == CW_ROLE_CLIENT) {
    memcpy(key.address, remote, CW_ADDR_LEN);
    key.port = rport;
  }
  return key;
}

}  // namespace

Key keyOf(const cw_event& e) {
  return make(e.owner, e.cgroup, e.netns, e.role, e.raddr, e.rport, e.lport);
}

Key keyOf(const cw_conn& c) {
  return make(c.owner, c.cgroup, c.netns, c.role, c.raddr, c.rport, c.lport);
}

Key keyOf(const cw_listen& l) {
  return Key{l.owner, l.cgroup, {}, l.netns, l.lport, CW_ROLE_SERVER};
}

uint32_t KeyTable::home(const Key& key) const { return static_cast<uint32_t>(hash(key)) & mask_; }

void KeyTable::resize(uint32_t slots) {
  slots_.assign(slots, 0);
  mask_ = slots - 1;
  // A released key's role is CW_ROLE_NONE.
  for (uint32_t id = 1; id < keys_.size(); id++) {
    if (keys_[id].role == CW_ROLE_NONE) continue;
    uint32_t slot = home(keys_[id]);
    while (slots_[slot]) slot = (slot + 1) & mask_;
    slots_[slot] = id;
  }
}

uint32_t KeyTable::intern(const Key& key, bool* fresh) {
  *fresh = false;
  uint32_t slot = home(key);
  for (uint32_t id; (id = slots_[slot]); slot = (slot + 1) & mask_)
    if (equal(keys_[id], key)) return id;
  if (live_ == kCapacity) {
    refused_++;
    return 0;
  }
  *fresh = true;
  live_++;
  uint32_t id;
  if (free_.empty()) {
    id = static_cast<uint32_t>(keys_.size());
    keys_.push_back(key);
  } else {
    id = free_.back();
    free_.pop_back();
    keys_[id] = key;
  }
  if (live_ * 2 > mask_) {
    resize((mask_ + 1) * 2);
  } else {
    slots_[slot] = id;
  }
  return id;
}

void KeyTable::release(uint32_t id) {
  if (id == 0 || id >= keys_.size() || keys_[id].role == CW_ROLE_NONE) return;
  uint32_t hole = home(keys_[id]);
  while (slots_[hole] != id) hole = (hole + 1) & mask_;
  // Close the gap: move back each follower whose home is not between.
  for (uint32_t next = (hole + 1) & mask_; slots_[next]; next = (next + 1) & mask_) {
    uint32_t distance = (next - home(keys_[slots_[next]])) & mask_;
    if (distance >= ((next - hole) & mask_)) {
      slots_[hole] = slots_[next];
      hole = next;
    }
  }
  slots_[hole] = 0;
  keys_[id] = Key{};
  free_.push_back(id);
  live_--;
}

}  // namespace connwatch
