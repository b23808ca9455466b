// SPDX-License-Identifier: Apache-2.0
// Scans in a thread of their own: one goes through every descriptor of the machine, which takes
// 0.1 us each. At most 1 % of a processor, by waiting longer between scans that take longer.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "program.h"

namespace connwatch {

class Scan {
 public:
  // `doorbell`: an eventfd that rings when a scan has finished.
  Scan(Program& program, int doorbell) : program_(program), doorbell_(doorbell) {}
  ~Scan();
  Scan(const Scan&) = delete;
  Scan& operator=(const Scan&) = delete;

  // A scan in the calling thread: before anything else runs.
  int runNow(std::vector<uint8_t>& into);
  // Starts one. False: one runs, or the last has used up what it may.
  // sweep: looks afterwards which of the records are left over, and ends them.
  bool start(bool sweep);
  bool running() const { return running_; }
  // True once after each scan that start() began; `into` then holds its records.
  bool take(std::vector<uint8_t>& into);
  // CLOCK_MONOTONIC time of the start of the last scan that is complete, ns.
  uint64_t completed() const { return completed_; }

 private:
  void loop();
  int run(std::vector<uint8_t>& into, bool sweep);

  Program& program_;
  int doorbell_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false;    // mutex_
  bool sweep_ = false;     // mutex_
  bool stopping_ = false;  // mutex_
  bool finished_ = false;  // mutex_
  std::vector<uint8_t> result_;  // mutex_
  uint64_t nextStart_ = 0;       // mutex_; ns, CLOCK_MONOTONIC
  uint64_t startedAt_ = 0;       // mutex_
  // Of the thread that owns this.
  bool running_ = false;
  uint64_t completed_ = 0;
};

}  // namespace connwatch
