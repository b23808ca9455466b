// SPDX-License-Identifier: Apache-2.0
// Buckets of the times of connections.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace connwatch {

// Upper bounds of buckets, seconds. src/words/columns.ts has them. Empty: nothing is counted.
struct Bounds {
  std::vector<double> handshake;  // of round trips, too
  std::vector<double> life;
};

// Three histograms in one row of numbers: of handshakes, then of lives, then of round trips.
class Histograms {
 public:
  enum Kind : uint32_t { kHandshake, kLife, kRtt, kKinds };

  explicit Histograms(const Bounds& bounds);

  // Numbers of a row.
  uint32_t width() const { return width_; }
  // A value goes into the first bucket whose bound is not below it, or into a last one above all bounds.
  void add(uint32_t* row, Kind kind, double seconds);

 private:
  struct Buckets {
    std::vector<double> bounds;
    uint32_t first;
    uint32_t last;  // where the last value fell: neighbouring records mostly fall into the same bucket
  };

  std::array<Buckets, kKinds> kinds_;
  uint32_t width_ = 0;
};

}  // namespace connwatch
