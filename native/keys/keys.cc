// SPDX-License-Identifier: Apache-2.0
#include "native/keys/keys.h"

#include <algorithm>
#include <cstring>

namespace connwatch {
namespace {

uint64_t mix(uint64_t a, uint64_t b) {
  unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint64_t hash(const Identity& identity) {
  uint64_t words[5];
  memcpy(words, &identity, sizeof words);
  uint64_t h = mix(words[0] ^ 0x9e3779b97f4a7c15, words[1] ^ 0xd1b54a32d192ed03);
  h = mix(h ^ words[2], words[3] ^ 0x8bb84b93962eacc9);
  return mix(h ^ words[4], 0x4b33a62ed433d4a3);
}

bool equal(const Identity& a, const Identity& b) { return memcmp(&a, &b, sizeof a) == 0; }

Key make(uint64_t owner, uint64_t cgroup, uint32_t netns, uint8_t role, const uint8_t* remote,
         uint16_t rport, uint16_t lport) {
  Key key{owner, cgroup, {}, netns, lport, role};
  memcpy(key.address, remote, CW_ADDR_LEN);
  if (role == CW_ROLE_CLIENT) key.port = rport;
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

/*
 * As many identities as can have a series: `limit` by peer, and `limit` by port. So
 * it is the series that are scarce first, and JavaScript makes few objects in vain.
 * Those without a peer or port are one for each workload, role and namespace.
 */
void KeyTable::setLimit(uint32_t limit) {
  constexpr uint32_t kMost = 1u << 17;
  limit = std::min(limit, kMost);
  peers_.setLimit(2 * limit);
  alone_.setLimit(limit);
  owners_.setPlaces(limit);
}

uint32_t KeyTable::home(const Identity& identity) const {
  return static_cast<uint32_t>(hash(identity)) & mask_;
}

void KeyTable::resize(uint32_t slots) {
  slots_.assign(slots, 0);
  mask_ = slots - 1;
  for (uint32_t id = 1; id < entries_.size(); id++) {
    if (entries_[id].role == CW_ROLE_NONE) continue;
    uint32_t slot = home(entries_[id]);
    while (slots_[slot]) slot = (slot + 1) & mask_;
    slots_[slot] = id;
  }
}

uint32_t KeyTable::find(const Identity& identity) const {
  uint32_t slot = home(identity);
  for (uint32_t id; (id = slots_[slot]); slot = (slot + 1) & mask_)
    if (equal(entries_[id], identity)) return id;
  return 0;
}

uint32_t KeyTable::intern(const Key& key) {
  Identity identity{key.cgroup, {}, owners_.workload(key.owner, key.cgroup), key.netns, key.port,
                    key.role == CW_ROLE_CLIENT ? uint8_t{CW_ROLE_CLIENT} : uint8_t{CW_ROLE_SERVER}, Fold::kNone, 0};
  if (identity.role == CW_ROLE_CLIENT) {
    memcpy(identity.address, key.address, CW_ADDR_LEN);
  } else {
    // A server's clients are without bound, so only their range is part of its identity.
    uint32_t range = clientRanges_.find(key.address);
    memcpy(identity.address, &range, sizeof range);
  }
  uint32_t id = find(identity);
  if (id) return id;
  uint32_t workload = identity.workload;
  id = takeShare(identity) ? add(identity) : internFolded(identity);
  if (entries_[id].workload != workload) workloads_.forget(workload);
  return id;
}

uint32_t KeyTable::pending(const cw_conn& conn) {
  uint32_t id = intern(keyOf(conn));
  if (entries_[id].fold != Fold::kNone) pending_.emplace(conn.cookie, id);
  owners_.pending(conn.owner);
  return id;
}

uint32_t KeyTable::takePending(uint64_t cookie) {
  auto found = pending_.find(cookie);
  if (found == pending_.end()) return 0;
  uint32_t id = found->second;
  pending_.erase(found);
  return id;
}

uint32_t KeyTable::connected(const cw_event& event) {
  uint32_t id = pending_.empty() ? 0 : takePending(event.cookie);
  // The order matters: intern marks the program image as used.
  if (!holds(id)) id = intern(keyOf(event));
  owners_.connected(event.owner);
  return id;
}

// Tries keys that are shared by more and more peers and workloads until one has room. The last one always has room.
uint32_t KeyTable::internFolded(Identity identity) {
  memset(identity.address, 0, CW_ADDR_LEN);
  identity.port = 0;
  for (Fold fold : {Fold::kPeer, Fold::kWorkload, Fold::kAll}) {
    identity.fold = fold;
    if (fold >= Fold::kWorkload) identity.workload = 0, identity.cgroup = 0;
    if (fold == Fold::kAll) identity.netns = 0;
    if (uint32_t id = find(identity)) return id;
    if (takeShare(identity)) break;
  }
  return add(identity);
}

bool KeyTable::takeShare(const Identity& identity) {
  switch (identity.fold) {
    case Fold::kNone:
      return peers_.take(identity.cgroup, identity.workload);
    case Fold::kPeer:
      return alone_.take(identity.cgroup, identity.workload);
    case Fold::kWorkload:
      if (namespaces_ == kNamespaces) return false;
      namespaces_++;
      return true;
    case Fold::kAll:
      return true;
  }
  return true;
}

uint32_t KeyTable::add(const Identity& identity) {
  if (identity.workload) workloads_.hold(identity.workload);
  live_++;
  uint32_t id;
  if (free_.empty()) {
    id = static_cast<uint32_t>(entries_.size());
    entries_.push_back(identity);
  } else {
    id = free_.back();
    free_.pop_back();
    entries_[id] = identity;
  }
  if (live_ * 2 > mask_) {
    resize((mask_ + 1) * 2);
    return id;
  }
  uint32_t slot = home(identity);
  while (slots_[slot]) slot = (slot + 1) & mask_;
  slots_[slot] = id;
  return id;
}

void KeyTable::release(uint32_t id) {
  if (id == 0 || !holds(id)) return;
  Identity gone = entries_[id];
  uint32_t hole = home(gone);
  while (slots_[hole] != id) hole = (hole + 1) & mask_;
  // Close the gap: move back each follower whose home is not between.
  for (uint32_t next = (hole + 1) & mask_; slots_[next]; next = (next + 1) & mask_) {
    uint32_t distance = (next - home(entries_[slots_[next]])) & mask_;
    if (distance >= ((next - hole) & mask_)) {
      slots_[hole] = slots_[next];
      hole = next;
    }
  }
  slots_[hole] = 0;
  entries_[id] = Identity{};
  free_.push_back(id);
  live_--;
  if (gone.fold == Fold::kNone) peers_.give(gone.cgroup, gone.workload);
  if (gone.fold == Fold::kPeer) alone_.give(gone.cgroup, gone.workload);
  if (gone.fold == Fold::kWorkload) namespaces_--;
  if (gone.workload) workloads_.drop(gone.workload);
}

}  // namespace connwatch
