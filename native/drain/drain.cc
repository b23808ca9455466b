// SPDX-License-Identifier: Apache-2.0
#include "native/drain/drain.h"

#include "native/drain/decode.h"

namespace connwatch {
namespace {

// Records of one run, so that the event loop is never away for long: some milliseconds.
constexpr uint32_t kMost = 1u << 14;

}  // namespace

// Returns false if the batch is full; the record then waits.
bool Drain::take(const uint8_t* record, uint32_t length) {
  uint8_t kind = decodeRecord(record, length);
  if (!kind) {
    batch_.totals().undecodable++;
    return true;
  }
  if (length != sizeof(cw_event)) {
    takeOther(record, kind);
    return true;
  }
  const auto& event = *reinterpret_cast<const cw_event*>(record);
  if (!oldest_) oldest_ = event.time;
  if (kind == CW_KIND_TOTAL) return batch_.addTotal(event);
  if (kind != CW_KIND_EXIT) return takeEvent(event);
  batch_.totals().seen[kind]++;
  batch_.keyTable().owners().exit(event.owner);
  return true;
}

bool Drain::takeEvent(const cw_event& event) {
  if (!batch_.add(event)) return false;
  if (cutting_) cut_.settle(event);
  return true;
}

void Drain::takeOther(const uint8_t* record, uint8_t kind) {
  batch_.totals().seen[kind]++;
  if (kind == CW_KIND_PROCESS)
    batch_.keyTable().owners().learn(*reinterpret_cast<const cw_process*>(record));
  else if (kind == CW_KIND_LISTEN)
    listeners_.add(*reinterpret_cast<const cw_listen*>(record));
  else if (kind == CW_KIND_NETNS)
    inbox_.namespaces.push_back(*reinterpret_cast<const cw_netns*>(record));
  else
    inbox_.add(*reinterpret_cast<const cw_cgroup*>(record));
}

void Drain::takeOutside() {
  // Not through takeEvent, because these records come from the cut itself.
  while (waiting() && batch_.added() < kMost && batch_.add(outside_[taken_])) taken_++;
  if (waiting()) return;
  outside_ = {};
  taken_ = 0;
}

void Drain::run() {
  batch_.clear();
  oldest_ = 0;
  full_ = false;
  if (scan_.take(scanned_)) takeScan();
  if (wanted_ && !scan_.running()) error_ = beginCut();
  takeOutside();
  uint32_t length;
  uint64_t limit = cutting_ ? cutAt_ : ring_.produced();
  // Release the ring in steps, so that a full ring soon has room again.
  constexpr uint64_t kStep = 64 * 1024;
  uint64_t released = ring_.consumed();
  uint32_t taken = 0;
  while (const uint8_t* record = ring_.peek(limit, &length)) {
    full_ = taken++ == kMost || !take(record, length);
    if (full_) break;
    ring_.advance();
    if (ring_.consumed() - released > kStep) {
      ring_.release();
      released = ring_.consumed();
    }
  }
  ring_.release();
  if (cutting_ && ring_.consumed() >= cutAt_ && !waiting()) {
    cutting_ = false;
    cutDone_ = true;
    cut_.finish(batch_);
    listeners_.finish(batch_);
    batch_.keyTable().owners().cut();
  }
}

void Drain::scanNow() {
  if (scan_.runNow(scanned_)) return;
  batch_.keyTable().owners().scanBegun();
  takeScan();
  *program_.globals().scanned = 1;
}

void Drain::takeScan() {
  inbox_.namespaces.clear();
  listeners_.beginScan();
  RecordReader reader(scanned_.data(), scanned_.size());
  uint8_t kind;
  while (const uint8_t* record = reader.next(&kind)) {
    if (kind == CW_KIND_FLOW || kind == CW_KIND_CLOSE || kind == CW_KIND_CONNECT)
      outside_.push_back(*reinterpret_cast<const cw_event*>(record));
    else
      takeOther(record, kind);
  }
  if (reader.broken()) batch_.totals().undecodable++;
  scanned_ = {};
  batch_.keyTable().owners().scanEnded();
}

int Drain::requestCut() {
  if (cutting_ || wanted_) return 0;
  if (scan_.start(cut_.leftOver())) {
    batch_.keyTable().owners().scanBegun();
    wanted_ = true;
    return 0;
  }
  return beginCut();
}

int Drain::beginCut() {
  wanted_ = false;
  int error = cut_.begin(outside_);
  cutAt_ = ring_.produced();
  // A cgroup is told before its first record, so this has the cgroups of all records of the cut.
  inbox_.take(program_.globals().keptCgroups);
  cutting_ = true;
  return error;
}

int Drain::takeError() {
  int error = error_;
  error_ = 0;
  return error;
}

bool Drain::takeCut() {
  bool done = cutDone_;
  cutDone_ = false;
  return done;
}

}  // namespace connwatch
