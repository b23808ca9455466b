// SPDX-License-Identifier: Apache-2.0
// A cut: a moment at which what has ended and what is live fit together.
//
// The records up to the position of the ring when the cut began belong to it, and the slots
// as they were then. A socket that is connecting in its slot may have ended before that
// position: its record says so, and `settle` takes it out. A success or an accept that
// nobody has counted is counted here: the compare-and-swap that marks it in the slot fails
// when the record of its end, which is in the ring by then, has counted it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "batch.h"
#include "program.h"

namespace connwatch {

// `count` live sockets of key `key` in `state`.
struct LiveRow {
  uint32_t key;
  uint32_t state;
  uint32_t count;
};

class Cut {
 public:
  explicit Cut(Program& program) : program_(program) {}

  // Reads the slots. What nobody has counted is appended to `opened`, as records. 0 or an errno.
  int begin(std::vector<cw_event>& opened);
  // A record that came before the cut's position.
  void settle(const cw_event& event);
  // All records have come.
  void finish(Batch& batch);
  const std::vector<LiveRow>& live() const { return rows_; }
  // Whether there were slots that the last scan did not find although they are older than the cut before it:
  // closed and on their way out, the kernel's own, or gone unseen.
  bool leftOver() const { return leftOver_; }

 private:
  int readSlots(std::vector<cw_event>& opened);
  int readFallback();

  Program& program_;
  std::vector<cw_conn> slots_;
  std::unordered_map<uint64_t, size_t> connecting_;  // cookie to index in slots_
  std::vector<LiveRow> rows_;
  uint64_t time_ = 0;  // ns, CLOCK_MONOTONIC, of the last one
  bool leftOver_ = false;
};

}  // namespace connwatch
