// SPDX-License-Identifier: Apache-2.0
// Listening sockets, added up by key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "native/cut/batch.h"

namespace connwatch {

// The listening sockets of key `key`: connections that wait now, and handshakes dropped since the previous cut.
// owner: of them the process with the lowest id; 0 if there is no socket.
struct ListenRow {
  uint32_t key;
  uint32_t sockets;
  uint64_t queue;
  uint64_t limit;
  uint64_t overflows;
  uint64_t drops;
  uint64_t synackRetransmits;
  cw_owner owner;
};

class Listeners {
 public:
  void add(const cw_listen& listen);
  // Removes the sockets of the previous scan; those of the new one follow.
  void beginScan() { sockets_.clear(); }
  // Makes the rows of a cut: the sockets of the last scan, and handshakes dropped since the previous cut.
  void finish(Batch& batch);
  const std::vector<ListenRow>& rows() const { return rows_; }

 private:
  std::unordered_map<uint64_t, cw_listen> sockets_;  // by cookie
  std::vector<cw_listen> news_;                      // since the last cut
  std::vector<ListenRow> rows_;
};

}  // namespace connwatch
