// SPDX-License-Identifier: Apache-2.0
#include "native/cut/folds.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>

namespace connwatch {
namespace {

// An entry without losses for this many cuts is removed from the kernel's map.
constexpr uint32_t kIdleCuts = 12;

cw_fold minus(const cw_fold& a, const cw_fold& b) {
  return {a.count - b.count,
          a.bytes_sent - b.bytes_sent,
          a.bytes_received - b.bytes_received,
          a.data_retransmits - b.data_retransmits,
          a.syn_retransmits - b.syn_retransmits,
          a.resets_in - b.resets_in,
          a.resets_out - b.resets_out};
}

uint16_t roleOf(uint32_t what) {
  return what == CW_CLASS_ACCEPT || what == CW_CLASS_CLOSE_SERVER ? CW_ROLE_SERVER : CW_ROLE_CLIENT;
}

}  // namespace

/*
 * A record is folded before it is counted as lost (bpf/base/emit.bpf.h), and the losses are read
 * before the folds. So what is taken for folded may be more than what is taken for lost, never
 * less: no record can be in both the folded and the rest, now or later.
 */
int Folds::read() {
  if (int error = program_.readLosses(losses_.data())) return error;
  uint64_t lost = 0;
  for (uint32_t what = 0; what < CW_LOSS_CLASSES; what++) lost += losses_[what];
  if (lost != lostBefore_ || !entries_.empty())
    if (int error = readEntries()) return error;
  lostBefore_ = lost;
  for (uint32_t what = 0; what < CW_LOSS_CLASSES; what++) {
    uint64_t total = losses_[CW_LOSS_RING_FULL * CW_LOSS_CLASSES + what];
    if (total > folded_[what]) unfolded_[what] = std::max(unfolded_[what], total - folded_[what]);
  }
  return 0;
}

int Folds::readEntries() {
  int fd = program_.mapFd("folds");
  cw_fold_key key, next;
  for (cw_fold_key* at = nullptr; !bpf_map_get_next_key(fd, at, &next); at = &key) {
    key = next;
    cw_fold now;
    if (bpf_map_lookup_elem(fd, &key, &now)) continue;
    if (key.what >= CW_LOSS_CLASSES) continue;
    Entry& entry = entries_[{key.cgroup, key.netns, key.what}];
    folded_[key.what] += now.count - entry.now.count;
    entry.now = now;
  }
  return 0;
}

std::vector<FoldRow> Folds::take() {
  std::vector<FoldRow> rows;
  for (auto& [place, entry] : entries_) {
    auto [cgroup, netns, what] = place;
    if (entry.now.count == entry.taken.count) {
      entry.idle++;
      continue;
    }
    entry.idle = 0;
    rows.push_back({Key{CW_OWNER_FOLDED, cgroup, {}, netns, 0, roleOf(what)}, what,
                    minus(entry.now, entry.taken)});
    entry.taken = entry.now;
  }
  forgetIdle();
  return rows;
}

void Folds::forgetIdle() {
  int fd = program_.mapFd("folds");
  for (auto at = entries_.begin(); at != entries_.end();) {
    auto [cgroup, netns, what] = at->first;
    if (at->second.idle < kIdleCuts) {
      at++;
      continue;
    }
    cw_fold_key key{cgroup, netns, what};
    bpf_map_delete_elem(fd, &key);
    at = entries_.erase(at);
  }
}

}  // namespace connwatch
