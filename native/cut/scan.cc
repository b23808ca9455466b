// SPDX-License-Identifier: Apache-2.0
#include "native/cut/scan.h"

#include <unistd.h>

#include "native/clock.h"

namespace connwatch {
namespace {

// 1 % of a processor on average.
constexpr uint64_t kShare = 100;

}  // namespace

Scan::~Scan() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

int Scan::run(std::vector<uint8_t>& into, bool sweep) {
  uint64_t began = monotonic(), cpu = threadTime();
  into.clear();
  int error = program_.scan(into);
  if (sweep && !error) error = program_.sweep(into);
  std::lock_guard<std::mutex> lock(mutex_);
  startedAt_ = began;
  nextStart_ = began + (threadTime() - cpu) * kShare;
  return error;
}

int Scan::runNow(std::vector<uint8_t>& into) {
  int error = run(into, false);
  completed_ = startedAt_;
  return error;
}

bool Scan::start(bool sweep) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (running_ || monotonic() < nextStart_) return false;
  if (!thread_.joinable()) thread_ = std::thread(&Scan::loop, this);
  running_ = wanted_ = true;
  sweep_ = sweep;
  changed_.notify_one();
  return true;
}

bool Scan::take(std::vector<uint8_t>& into) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!finished_) return false;
  finished_ = running_ = false;
  into.swap(result_);
  result_ = {};
  completed_ = startedAt_;
  return true;
}

void Scan::loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return wanted_ || stopping_; });
    if (stopping_) return;
    wanted_ = false;
    bool sweep = sweep_;
    lock.unlock();
    std::vector<uint8_t> records;
    run(records, sweep);
    lock.lock();
    result_.swap(records);
    finished_ = true;
    uint64_t one = 1;
    if (write(doorbell_, &one, sizeof one) < 0) continue;  // The next cut finds the result.
  }
}

}  // namespace connwatch
