// SPDX-License-Identifier: Apache-2.0
#include "native/keys/client_ranges.h"

namespace connwatch {
namespace {

constexpr unsigned kMappedBits = 96;

uint64_t bigEndian(const uint8_t* bytes) {
  uint64_t value = 0;
  for (int i = 0; i < 8; i++) value = value << 8 | bytes[i];
  return value;
}

uint64_t mask(unsigned bits) { return bits == 0 ? 0 : ~uint64_t{0} << (64 - bits); }

// ::ffff:0:0/96: an IPv6 range such as ::/0 must not hold IPv4.
bool isMapped(uint64_t high, uint64_t low) { return high == 0 && low >> 32 == 0xffff; }

}  // namespace

void ClientRanges::set(const uint8_t* bytes, size_t count) {
  ranges_.clear();
  for (const uint8_t* range = bytes; range < bytes + count * kBytes; range += kBytes) {
    unsigned length = range[16];
    uint64_t highMask = mask(length < 64 ? length : 64), lowMask = mask(length < 64 ? 0 : length - 64);
    uint64_t high = bigEndian(range), low = bigEndian(range + 8);
    ranges_.push_back({high & highMask, low & lowMask, highMask, lowMask, length >= kMappedBits && isMapped(high, low)});
  }
}

uint32_t ClientRanges::find(const uint8_t* address) const {
  if (ranges_.empty()) return 0;
  uint64_t high = bigEndian(address), low = bigEndian(address + 8);
  if (high == 0 && low == 0) return 0;
  bool mapped = isMapped(high, low);
  uint32_t number = 1;
  for (const Range& range : ranges_) {
    if (range.mapped == mapped && (high & range.highMask) == range.high && (low & range.lowMask) == range.low) return number;
    number++;
  }
  return number;
}

}  // namespace connwatch
