// SPDX-License-Identifier: Apache-2.0
#include "native/cut/histograms.h"

#include <algorithm>

namespace connwatch {

Histograms::Histograms(const Bounds& bounds) {
  const std::vector<double>* all[] = {&bounds.handshake, &bounds.life, &bounds.handshake};
  for (uint32_t kind = 0; kind < kKinds; kind++) {
    kinds_[kind] = {*all[kind], width_, 0};
    if (!all[kind]->empty()) width_ += static_cast<uint32_t>(all[kind]->size()) + 1;
  }
}

void Histograms::add(uint32_t* row, Kind kind, double seconds) {
  auto& [bounds, first, last] = kinds_[kind];
  if (bounds.empty()) return;
  bool again = last < bounds.size() && seconds <= bounds[last] && (last == 0 || seconds > bounds[last - 1]);
  if (!again)
    last = static_cast<uint32_t>(std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin());
  row[first + last]++;
}

}  // namespace connwatch
