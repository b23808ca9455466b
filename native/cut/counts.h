// SPDX-License-Identifier: Apache-2.0
// The window's counters, one row for each key that had a record since the last cut.
#pragma once

#include <cstdint>
#include <vector>

#include "bpf/event.h"
#include "native/cut/folds.h"
#include "native/cut/histograms.h"

namespace connwatch {

/*
 * Rows are as many as there are such keys, so memory follows what is active, not the
 * highest number. `clear` gives it back when the window needed less than a quarter of it.
 */
class Counts {
 public:
  // Columns of a row after the connects by outcome. src/words/columns.ts has the same order.
  enum Column : uint32_t {
    kAccept = CW_OUT_MAX,
    kClose,
    kNoSyn,
    kErrored,
    kAborted,
    kSynRetransmits,
    kDataRetransmits,
    kResetsIn,
    kResetsOut,
    kHandshake,  // the first bucket; lives and round trips follow
  };
  enum Sum : uint32_t { kHandshakeSum, kLifeSum, kRttSum, kBytesSent, kBytesReceived, kSums };

  // `exponential`: of exponential buckets, in rows of their own.
  Counts(const Bounds& bounds, const Bounds& exponential);

  void add(uint32_t key, const cw_event& event);
  // What the kernel side has added up by itself.
  void add(uint32_t key, const FoldRow& folded);
  void clear();

  uint32_t columns() const { return columns_; }
  // keys()[row], counts()[row * columns() + column], sums()[row * kSums + sum]; exponential(): as many for each row as there are buckets
  const std::vector<uint32_t>& keys() const { return keys_; }
  const std::vector<uint32_t>& counts() const { return counts_; }
  const std::vector<double>& sums() const { return sums_; }
  const std::vector<uint32_t>& exponential() const { return exponentialCounts_; }

 private:
  struct Row {
    uint32_t* counts;
    uint32_t* exponential;
    double* sums;
  };

  Row rowOf(uint32_t key);
  void addTime(Row row, Histograms::Kind kind, Sum sum, double seconds);
  void addConnect(Row row, const cw_event& event);
  void addHandshake(Row row, uint16_t flags, uint64_t ns);
  void addMoved(Row row, const cw_event& event);
  void addClose(Row row, const cw_event& event);
  void addOpened(Row row, const cw_event& event);

  Histograms histograms_, exponential_;
  uint32_t columns_;
  std::vector<uint32_t> rowOf_;  // by key: the row plus 1; 0: none yet
  std::vector<uint32_t> keys_;
  std::vector<uint32_t> counts_;
  std::vector<uint32_t> exponentialCounts_;
  std::vector<double> sums_;
};

}  // namespace connwatch
