// SPDX-License-Identifier: Apache-2.0
// Ranges of addresses that a server's clients are told apart by, on request. Without
// any, all clients of a port are one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace connwatch {

class ClientRanges {
 public:
  // Of each range 16 bytes, IPv4 mapped, and the length of its prefix (IPv4: 96 more).
  static constexpr size_t kBytes = 17;

  // `count` ranges, the longest prefix first.
  void set(const uint8_t* bytes, size_t count);
  // 1 and more: the first range that holds the address. count + 1: none does. 0: there are no ranges, or no address.
  uint32_t find(const uint8_t* address) const;

 private:
  struct Range {
    uint64_t high, low, highMask, lowMask;
    bool mapped;
  };
  std::vector<Range> ranges_;
};

}  // namespace connwatch
