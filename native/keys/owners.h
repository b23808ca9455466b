// SPDX-License-Identifier: Apache-2.0
// Processes, from the kernel's records: the workload of each owner number, and the number of connects of
// each process.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bpf/event.h"
#include "native/keys/shares.h"
#include "native/keys/workloads.h"

namespace connwatch {

struct Process {
  uint32_t pid;
  uint32_t images;  // 0: the number is free
  uint64_t start;   // ns since boot, of the thread group leader
  uint64_t newest;  // the owner number of its newest program image
  uint8_t comm[CW_COMM_LEN];
  uint32_t workload;  // of its first image; its place counts in the share of this workload
  uint32_t ended;     // connects that ended since the last cut
  uint32_t pending;   // connects that were pending at the last cut
  bool exited;
  bool touched;  // has a row at the next cut
  bool placed;   // has counts of its own
  bool fresh;    // its names have changed since they were last reported
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
 * exited (or runs another one), no socket of it was seen for two cuts, and a scan has looked for its listeners.
 */
class Owners {
 public:
  struct Counts {
    uint32_t ended;
    uint32_t pending;
  };

  static constexpr uint32_t kImages = 1u << 16;
  static constexpr size_t kUntold = 1024;

  // `places`: maximum of processes with counts of their own; the others are counted together.
  Owners(Workloads& workloads, uint32_t places);

  void learn(const cw_process& record);
  // From this time on (ns since boot) the kernel side knows what a new process was started as.
  void setCommandsSince(uint64_t time) { commandsSince_ = time; }
  void exit(cw_owner owner);
  // The number of the workload. The caller does not hold a reference to it.
  uint32_t workload(cw_owner owner, uint64_t cgroup);
  // The number of the process of a program image; 0 if it is not known.
  uint32_t imageProcess(cw_owner owner) const;
  // The workload of a program image; 0 if its record has not arrived.
  uint32_t imageWorkload(cw_owner owner) const;
  void connected(cw_owner owner) { count(owner, 1, 0); }
  void pending(cw_owner owner) { count(owner, 0, 1); }
  // Makes `rows`, and forgets processes that have ended.
  void cut();
  // Call it if exits were lost: from then on each cut checks whether some of the processes still exist.
  void sweep() { sweepLeft_ = static_cast<uint32_t>(processes_.size()); }
  // Of open sockets: it finds the listeners of processes that have ended.
  void scanBegun() { scansBegun_++; }
  void scanEnded() { scansEnded_ = scansBegun_; }
  void setPlaces(uint32_t places) { places_.setLimit(places); }

  const std::vector<ProcessRow>& rows() const { return rows_; }
  // Connects of all other processes: ended since the last call, and pending at the cut.
  Counts takeOthers() { return std::exchange(others_, {}); }
  const Process* at(uint32_t number) const;
  size_t size() const { return images_.size(); }

 private:
  static constexpr size_t kRecent = 64;

  struct Image {
    uint32_t process;
    uint32_t workload;
    uint32_t other;  // the same executable in another cgroup, where it was seen last; 0: none
    uint32_t used;   // the number of the cut before which it was seen last
    uint32_t scan;   // scans that had begun when it ended
  };

  struct Recent {
    cw_owner owner;
    Image* image;  // in images_, whose elements stay where they are
  };

  Image* find(cw_owner owner);
  std::string nameOf(const cw_process& record);
  void count(cw_owner owner, uint32_t ended, uint32_t pending);
  void takeUntold();
  void leave(cw_owner owner);
  bool isOver(const Image& image) const;
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
  std::array<Recent, kRecent> recent_{};
  std::vector<Process> processes_ = std::vector<Process>(1);
  std::vector<uint32_t> freeProcesses_;
  std::unordered_map<uint32_t, uint32_t> byPid_;
  std::vector<cw_owner> leaving_;
  std::vector<uint32_t> touched_;
  std::vector<ProcessRow> rows_;
  Counts others_{};
  // Owners whose record has not arrived yet; it may follow soon.
  std::unordered_map<cw_owner, Counts> untold_;
  uint64_t commandsSince_ = ~0ULL;
  uint32_t cmdlinesLeft_ = 8192;
  uint32_t cut_ = 0;
  uint32_t scansBegun_ = 0;
  uint32_t scansEnded_ = 0;
  uint32_t sweepAt_ = 0;
  uint32_t sweepLeft_ = 0;
};

}  // namespace connwatch
