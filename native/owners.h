// SPDX-License-Identifier: Apache-2.0
// Processes, as the kernel side told them: which workload an owner number stands for,
// and how many connects each process made.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bpf/event.h"
#include "shares.h"
#include "workloads.h"

namespace connwatch {

struct Process {
  uint32_t pid;
  uint32_t images;  // 0: the number is free
  uint64_t start;   // ns since boot, of the thread group leader
  uint64_t newest;  // the owner number of its newest program image
  uint8_t comm[CW_COMM_LEN];
  uint32_t workload;  // of its first image: the one whose share its place is of
  uint32_t ended;     // connects that ended since the last cut
  uint32_t pending;   // connects that were pending at the last cut
  bool exited;
  bool touched;  // has something to tell at the next cut
  bool placed;   // is told apart from others
  bool fresh;    // its names have not been told since they changed
};

// What a process did since the last cut. src/ebpf/types.ts: ProcessRows.
struct ProcessRow {
  static constexpr uint32_t kFresh = 1, kExited = 2;
  uint32_t process;
  uint32_t ended;
  uint32_t pending;
  uint32_t flags;
};

/*
 * Bounded: `kImages` program images under fair shares. One that is over its share is
 * not known, as if its record had been lost. An image goes when its process has
 * exited (or runs another one) and no socket was seen of it for two cuts.
 */
class Owners {
 public:
  struct Counts {
    uint32_t ended;
    uint32_t pending;
  };

  static constexpr uint32_t kImages = 1u << 16;
  static constexpr size_t kUntold = 1024;

  // `places`: how many processes are told apart; the others are counted together.
  Owners(Workloads& workloads, uint32_t places);

  void learn(const cw_process& record);
  void exit(cw_owner owner);
  // The workload's number; nobody holds it for the caller.
  uint32_t workload(cw_owner owner, uint64_t cgroup);
  // Of a program image whose record has come; else 0.
  uint32_t imageWorkload(cw_owner owner) const;
  void connected(cw_owner owner) { count(owner, 1, 0); }
  void pending(cw_owner owner) { count(owner, 0, 1); }
  // Makes `rows`, and forgets who is gone.
  void cut();
  // Exits were lost: looks for those who are not there any more, some at each cut.
  void sweep() { sweepLeft_ = static_cast<uint32_t>(processes_.size()); }
  void setPlaces(uint32_t places) { places_.setLimit(places); }

  const std::vector<ProcessRow>& rows() const { return rows_; }
  // Connects of all others: that ended since the last call, that are pending at the cut.
  Counts takeOthers() { return std::exchange(others_, {}); }
  const Process* at(uint32_t number) const;
  size_t size() const { return images_.size(); }

 private:
  struct Image {
    uint32_t process;
    uint32_t workload;
    uint32_t other;  // the same executable in another cgroup, where it was seen last; 0: none
    uint32_t used;   // the number of the cut before which it was seen last
  };

  Image* find(cw_owner owner);
  void count(cw_owner owner, uint32_t ended, uint32_t pending);
  void takeUntold();
  void forgetGone();
  uint32_t processOf(const cw_process& record, uint32_t workload);
  void end(uint32_t number);
  void touch(uint32_t number);
  void tell(uint32_t number);
  void forgetImage(const Image& image);
  void sweepSome();

  Workloads& workloads_;
  Shares places_;
  Shares known_{kImages};
  std::unordered_map<cw_owner, Image> images_;
  cw_owner lastOwner_ = 0;
  Image* last_ = nullptr;  // in images_, whose elements stay where they are
  std::vector<Process> processes_ = std::vector<Process>(1);
  std::vector<uint32_t> freeProcesses_;
  std::unordered_map<uint32_t, uint32_t> byPid_;
  std::vector<cw_owner> leaving_;
  std::vector<uint32_t> touched_;
  std::vector<ProcessRow> rows_;
  Counts others_{};
  // Of owners whose record has not come: it may be just behind.
  std::unordered_map<cw_owner, Counts> untold_;
  uint32_t cut_ = 0;
  uint32_t sweepAt_ = 0;
  uint32_t sweepLeft_ = 0;
};

}  // namespace connwatch
