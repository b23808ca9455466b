// SPDX-License-Identifier: Apache-2.0
// Scans run in a thread of their own, because a scan reads every file descriptor of the machine, which takes
// 0.1 us each. They use at most 1 % of a processor: the longer a scan takes, the longer the pause after it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "native/program/program.h"

namespace connwatch {

class Scan {
 public:
  // `doorbell`: an eventfd that rings when a scan has finished.
  Scan(Program& program, int doorbell) : program_(program), doorbell_(doorbell) {}
  ~Scan();
  Scan(const Scan&) = delete;
  Scan& operator=(const Scan&) = delete;

  // Scans in the calling thread, before anything else runs.
  int runNow(std::vector<uint8_t>& into);
  // Starts a scan. Returns false if one is running, or if the pause after the last one is not over.
  // sweep: then also frees the slots whose sockets are gone.
  bool start(bool sweep);
  bool running() const { return running_; }
  // Returns true once after each scan that start() began, with its records in `into`.
  bool take(std::vector<uint8_t>& into);
  // Start of the last complete scan; ns, CLOCK_MONOTONIC.
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
  // Only the thread that owns this object uses these.
  bool running_ = false;
  uint64_t completed_ = 0;
};

}  // namespace connwatch
