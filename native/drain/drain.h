// SPDX-License-Identifier: Apache-2.0
// Drains the ring into the batch. Other records go to the inbox, the listeners or the cut.
// No JavaScript in here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "native/cut/batch.h"
#include "native/cut/cut.h"
#include "native/cut/folds.h"
#include "native/cut/listeners.h"
#include "native/cut/scan.h"
#include "native/drain/inbox.h"
#include "native/drain/ring.h"
#include "native/program/program.h"

namespace connwatch {

class Drain {
 public:
  // `doorbell`: an eventfd that signals records outside the ring.
  Drain(Program& program, Ring& ring, Batch batch, int doorbell)
      : program_(program),
        ring_(ring),
        batch_(std::move(batch)),
        folds_(program),
        cut_(program),
        scan_(program, doorbell) {}

  // The first scan, for sockets from before the start.
  void scanNow();
  // Fills the batch; stops when it is full or has been at it for long, at the cut, or when the ring is empty.
  void run();
  // The last run has left records, which are to be taken at once.
  bool full() const { return full_ || waiting(); }
  // Requests a cut. It begins when the scan that this starts has finished, or at once if no scan is due. It is
  // complete when all records that are in the ring at its beginning have been drained. Returns 0 or an errno.
  int requestCut();
  // Returns, once, the errno of a cut that began in the last run; otherwise 0.
  int takeError();
  // Returns true once after the run that completed the cut. Its rows stay until the next cut.
  bool takeCut();

  const std::vector<LiveRow>& live() const { return cut_.live(); }
  const std::vector<ListenRow>& listeners() const { return listeners_.rows(); }
  Cut& cut() { return cut_; }
  Folds& folds() { return folds_; }
  Batch& batch() { return batch_; }
  Inbox& inbox() { return inbox_; }
  const Scan& scan() const { return scan_; }
  // Records that are not in the ring and wait for a batch.
  bool waiting() const { return taken_ < outside_.size(); }
  // CLOCK_MONOTONIC time of the first record of the last run, 0 if it had none.
  uint64_t oldest() const { return oldest_; }

 private:
  bool take(const uint8_t* record, uint32_t length);
  bool takeEvent(const cw_event& event);
  void takeOther(const uint8_t* record, uint8_t kind);
  void takeOutside();
  void takeScan();
  int beginCut();

  Program& program_;
  Ring& ring_;
  Batch batch_;
  Inbox inbox_;
  Listeners listeners_;
  Folds folds_;
  Cut cut_;
  Scan scan_;
  std::vector<cw_event> outside_;  // records from scans and cuts
  size_t taken_ = 0;               // how many of these are in a batch
  std::vector<uint8_t> scanned_;
  uint64_t oldest_ = 0;

  bool wanted_ = false;   // a cut begins when the scan has finished
  bool cutting_ = false;  // a cut has begun
  bool cutDone_ = false;
  bool full_ = false;
  int error_ = 0;
  uint64_t cutAt_ = 0;    // position of the ring
};

}  // namespace connwatch
