// SPDX-License-Identifier: Apache-2.0
// From the ring into one preallocated batch, and the cut: a moment at which what
// has ended and what is live fit together. No JavaScript in here.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "folds.h"
#include "keys.h"
#include "program.h"
#include "ring.h"

namespace connwatch {

// `count` live sockets of key `key` in `state`.
struct LiveRow {
  uint32_t key;
  uint32_t state;
  uint32_t count;
};

// The listening sockets of key `key`: what waits now, and what was dropped since the cut before.
struct ListenRow {
  uint32_t key;
  uint32_t sockets;
  uint64_t queue;
  uint64_t limit;
  uint64_t overflows;
  uint64_t drops;
  uint64_t synackRetransmits;
};

// The names of a cgroup, as bpf/event.h orders them.
struct CgroupNames {
  uint64_t id;
  bool cutOff;
  std::string names;
};

struct DrainTotals {
  uint64_t seen[CW_KIND_MAX];
  uint64_t late;  // of those that were seen
  uint64_t undecodable;
};

class Drain {
 public:
  // `events` has room for `capacity` records of sizeof(cw_event), `keys` for as many numbers.
  Drain(Program& program, Ring& ring, uint8_t* events, uint32_t* keys, uint32_t capacity)
      : program_(program),
        ring_(ring),
        events_(events),
        keys_(keys),
        capacity_(capacity),
        folds_(program) {}

  // Fills the batch; stops when it is full, at the cut, or when the ring is empty.
  uint32_t run();
  // Looks at every socket that is held open: finds those that are not known, tells what they moved.
  void scan();
  // Takes down what is live now; the cut is complete when all records that are
  // in the ring at this moment have been drained. Returns 0 or an errno.
  int requestCut();
  // True once after the run that completed the cut; `live()` holds until the next one.
  bool takeCut();
  const std::vector<LiveRow>& live() const { return rows_; }
  const std::vector<ListenRow>& listeners() const { return listenRows_; }
  Folds& folds() { return folds_; }

  // The key's number; one that is new is in `freshKeys` from now on.
  uint32_t intern(const Key& key);
  KeyTable& keyTable() { return table_; }
  std::vector<uint32_t>& freshKeys() { return fresh_; }
  std::vector<cw_process>& processes() { return processes_; }
  std::vector<uint64_t>& exited() { return exited_; }
  std::vector<CgroupNames>& cgroups() { return cgroups_; }
  // Of the last scan: each network namespace in which a process with a socket of it is, and such a process.
  const std::vector<cw_netns>& namespaces() const { return namespaces_; }
  // Records that were taken elsewhere and wait for a batch.
  bool waiting() const { return flowsTaken_ < flows_.size(); }
  const DrainTotals& totals() const { return totals_; }
  // CLOCK_MONOTONIC time of the first record of the last run, 0 if it had none.
  uint64_t oldest() const { return oldest_; }

 private:
  bool take(const uint8_t* record, uint32_t length);
  bool takeEvent(const cw_event& event);
  void takeOther(const uint8_t* record);
  void takeFlows();
  void takeScanned();
  int readSlots();
  void settle(const cw_event& event);
  void finishCut();
  void countLive();
  void countListeners();

  Program& program_;
  Ring& ring_;
  uint8_t* events_;
  uint32_t* keys_;
  uint32_t capacity_;
  uint32_t filled_ = 0;
  KeyTable table_;
  std::vector<uint32_t> fresh_;
  std::vector<cw_process> processes_;
  std::vector<uint64_t> exited_;
  std::vector<CgroupNames> cgroups_;
  std::vector<cw_netns> namespaces_;
  std::vector<cw_event> flows_;
  size_t flowsTaken_ = 0;
  std::vector<cw_listen> listens_;
  std::vector<ListenRow> listenRows_;
  std::vector<uint8_t> scanned_;
  Folds folds_;
  DrainTotals totals_{};
  uint64_t oldest_ = 0;

  bool cutting_ = false;
  bool cutDone_ = false;
  uint64_t cutAt_ = 0;
  uint64_t cutTime_ = 0;  // ns, CLOCK_MONOTONIC, of the last one
  bool unmet_ = false;    // slots that are older than that and that the last scan did not meet
  std::vector<cw_conn> slots_;
  std::unordered_map<uint64_t, size_t> pending_;  // cookie to index in slots_
  std::vector<LiveRow> rows_;
};

}  // namespace connwatch
