// SPDX-License-Identifier: Apache-2.0
// A cut: a moment at which the records so far and the live sockets fit together.
//
// A cut first copies the slots, then notes the position of the ring; the records before that
// position belong to it. If a socket that is connecting in its copied slot ended before that
// position, its record is in the ring, and `settle` removes it. The cut also counts each success
// and accept that is not counted yet and marks it in the slot. This compare-and-swap fails if the
// record of the connection's end has counted it; that record is then before the position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "native/cut/batch.h"
#include "native/program/program.h"

namespace connwatch {

// `count` live sockets of key `key` in `state`.
struct LiveRow {
  uint32_t key;
  uint32_t state;
  uint32_t count;
};

struct LiveSocket {
  cw_conn conn;
  uint32_t key;
};

class Cut {
 public:
  explicit Cut(Program& program) : program_(program) {}

  // Reads the slots, and appends a record to `opened` for each success or accept not counted yet. Returns 0 or an errno.
  int begin(std::vector<cw_event>& opened);
  // Takes a record before the cut's position.
  void settle(const cw_event& event);
  // Call it after the last record before the cut's position.
  void finish(Batch& batch);
  const std::vector<LiveRow>& live() const { return rows_; }
  // Keeps the sockets of the next cut one by one.
  void keepSockets() { keep_ = true; }
  // Those of the last cut, once; empty if it was not asked to keep them.
  std::vector<LiveSocket> takeSockets() { return std::exchange(sockets_, {}); }
  // True if the last scan did not find some slots that are older than the previous cut. Their sockets are closed
  // but not gone, belong to the kernel, or are gone without a record of their end.
  bool leftOver() const { return leftOver_; }

 private:
  int readSlots(std::vector<cw_event>& opened);
  int readConns();
  int readFallback();

  Program& program_;
  std::vector<cw_conn> slots_;
  std::unordered_map<uint64_t, size_t> connecting_;  // cookie to index in slots_
  std::vector<LiveRow> rows_;
  std::vector<LiveSocket> sockets_;
  bool keep_ = false;
  uint64_t time_ = 0;  // of the last cut; ns, CLOCK_MONOTONIC
  bool leftOver_ = false;
};

}  // namespace connwatch
