// SPDX-License-Identifier: Apache-2.0
// The number of a network namespace (bpf/event.h, struct cw_netns).
#pragma once

#include <cstdint>

namespace connwatch {

struct Netns {
  uint32_t number;
  bool isInode;  // the kernel has no cookie (before 5.14), so records have inode numbers too
};

// Of the calling process.
Netns ownNetns();

}  // namespace connwatch
