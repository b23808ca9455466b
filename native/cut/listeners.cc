// SPDX-License-Identifier: Apache-2.0
#include "native/cut/listeners.h"

namespace connwatch {

namespace {

uint32_t pidOf(cw_owner owner) { return static_cast<uint32_t>(owner >> 32); }

}  // namespace

void Listeners::add(const cw_listen& listen) {
  if (listen.flags & CW_FLAG_ENDED)
    sockets_.erase(listen.cookie);
  else
    sockets_[listen.cookie] = listen;  // several processes may hold it
  news_.push_back(listen);
}

void Listeners::finish(Batch& batch) {
  rows_.clear();
  std::unordered_map<uint32_t, size_t> index;
  auto rowOf = [&](const cw_listen& listen) -> ListenRow& {
    uint32_t key = batch.intern(keyOf(listen));
    auto [found, isNew] = index.emplace(key, rows_.size());
    if (isNew) rows_.push_back({key, 0, 0, 0, 0, 0, 0, 0});
    return rows_[found->second];
  };
  for (const cw_listen& listen : news_) {
    ListenRow& row = rowOf(listen);
    row.overflows += listen.overflows;
    row.drops += listen.drops;
    row.synackRetransmits += listen.synack_retransmits;
  }
  for (const auto& [cookie, listen] : sockets_) {
    ListenRow& row = rowOf(listen);
    row.sockets++;
    row.queue += listen.queue;
    row.limit += listen.limit;
    if (row.owner == 0 || pidOf(listen.owner) < pidOf(row.owner)) row.owner = listen.owner;
  }
  news_.clear();
}

}  // namespace connwatch
