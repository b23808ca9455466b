// SPDX-License-Identifier: Apache-2.0
#include "native/cut/counts.h"

#include <algorithm>

namespace connwatch {
namespace {

// enum in include/net/tcp_states.h
constexpr uint8_t kEstablished = 1, kCloseWait = 8;
constexpr size_t kFewRows = 256;

double seconds(uint64_t ns) { return static_cast<double>(ns) / 1e9; }

// Outcomes that leave no error in the socket: bpf/base/outcome.bpf.h.
bool leavesError(uint32_t outcome) {
  return outcome != CW_OUT_SUCCESS && outcome != CW_OUT_UNANSWERED && outcome != CW_OUT_CANCELLED;
}

template <typename T>
void empty(std::vector<T>& values, size_t most) {
  if (values.capacity() > most && values.size() * 4 < values.capacity())
    std::vector<T>().swap(values);
  values.clear();
}

}  // namespace

Counts::Counts(const Bounds& bounds, const Bounds& exponential)
    : histograms_(bounds), exponential_(exponential), columns_(kHandshake + histograms_.width()) {}

Counts::Row Counts::rowOf(uint32_t key) {
  if (key >= rowOf_.size()) rowOf_.resize(std::max<size_t>(key + 1, rowOf_.size() * 2));
  uint32_t& row = rowOf_[key];
  if (!row) {
    keys_.push_back(key);
    row = static_cast<uint32_t>(keys_.size());
    counts_.resize(keys_.size() * columns_);
    exponentialCounts_.resize(keys_.size() * exponential_.width());
    sums_.resize(keys_.size() * kSums);
  }
  size_t at = row - 1;
  return {&counts_[at * columns_], exponentialCounts_.data() + at * exponential_.width(), &sums_[at * kSums]};
}

void Counts::addTime(Row row, Histograms::Kind kind, Sum sum, double seconds) {
  histograms_.add(row.counts + kHandshake, kind, seconds);
  exponential_.add(row.exponential, kind, seconds);
  row.sums[sum] += seconds;
}

void Counts::add(uint32_t key, const cw_event& event) {
  Row row = rowOf(key);
  if (event.kind == CW_KIND_CONNECT) return addConnect(row, event);
  if (event.kind == CW_KIND_ACCEPT) {
    row.counts[kAccept]++;
    return;
  }
  addMoved(row, event);
  if (event.kind == CW_KIND_CLOSE) addClose(row, event);
}

void Counts::addConnect(Row row, const cw_event& event) {
  row.counts[event.outcome]++;
  row.counts[kSynRetransmits] += event.syn_retransmits;
  if (event.outcome == CW_OUT_SUCCESS)
    addHandshake(row, event.flags, event.duration);
  else if (event.flags & CW_FLAG_NO_SYN)
    row.counts[kNoSyn]++;
  else if (event.error)
    row.counts[kErrored]++;
}

// A success that is deduced has no time.
void Counts::addHandshake(Row row, uint16_t flags, uint64_t ns) {
  if (flags & CW_FLAG_LATE) return;
  addTime(row, Histograms::kHandshake, kHandshakeSum, seconds(ns));
}

// What a connection has moved since it was last reported.
void Counts::addMoved(Row row, const cw_event& event) {
  row.sums[kBytesSent] += static_cast<double>(event.bytes_sent);
  row.sums[kBytesReceived] += static_cast<double>(event.bytes_received);
  row.counts[kDataRetransmits] += event.data_retransmits;
  if (event.srtt_us) addTime(row, Histograms::kRtt, kRttSum, event.srtt_us / 1e6);
}

void Counts::addClose(Row row, const cw_event& event) {
  row.counts[kClose]++;
  if (event.state == kEstablished || event.state == kCloseWait) row.counts[kAborted]++;
  if (event.flags & CW_FLAG_RESET_IN) row.counts[kResetsIn]++;
  if (event.flags & CW_FLAG_RESET_OUT) row.counts[kResetsOut]++;
  if (event.flags & CW_FLAG_OPENED) addOpened(row, event);
  // The age of a connection is not known if it was there before, or if its begin or end was skipped.
  if (event.flags & (CW_FLAG_FOUND | CW_FLAG_LATE)) return;
  addTime(row, Histograms::kLife, kLifeSum, seconds(event.duration));
}

// The success or the accept that the record of a close reports too.
void Counts::addOpened(Row row, const cw_event& event) {
  if (event.role == CW_ROLE_SERVER) {
    row.counts[kAccept]++;
    return;
  }
  row.counts[CW_OUT_SUCCESS]++;
  row.counts[kSynRetransmits] += event.syn_retransmits;
  addHandshake(row, event.flags, uint64_t{event.handshake} << CW_HANDSHAKE_SHIFT);
}

void Counts::add(uint32_t key, const FoldRow& folded) {
  auto [counts, exponential, sums] = rowOf(key);
  const cw_fold& amount = folded.amount;
  auto count = static_cast<uint32_t>(amount.count);
  if (folded.what == CW_CLASS_ACCEPT)
    counts[kAccept] += count;
  else if (folded.what >= CW_OUT_MAX)
    counts[kClose] += count;
  else {
    counts[folded.what] += count;
    if (folded.what == CW_OUT_ADDRESS_UNAVAILABLE)
      counts[kNoSyn] += count;
    else if (leavesError(folded.what))
      counts[kErrored] += count;
  }
  counts[kSynRetransmits] += static_cast<uint32_t>(amount.syn_retransmits);
  counts[kDataRetransmits] += static_cast<uint32_t>(amount.data_retransmits);
  counts[kResetsIn] += static_cast<uint32_t>(amount.resets_in);
  counts[kResetsOut] += static_cast<uint32_t>(amount.resets_out);
  sums[kBytesSent] += static_cast<double>(amount.bytes_sent);
  sums[kBytesReceived] += static_cast<double>(amount.bytes_received);
}

void Counts::clear() {
  for (uint32_t key : keys_) rowOf_[key] = 0;
  empty(keys_, kFewRows);
  empty(counts_, kFewRows * columns_);
  empty(exponentialCounts_, kFewRows * exponential_.width());
  empty(sums_, kFewRows * kSums);
}

}  // namespace connwatch
