// SPDX-License-Identifier: Apache-2.0
// Variables of the BPF object, found by name in its BTF.
#pragma once

#include <bpf/btf.h>

#include <cstdint>

#include "bpf/event.h"

namespace connwatch {

// The variables of .bss that user space reads or sets, in the order of bpf/base/maps.bpf.h.
struct Globals {
  volatile uint32_t* armed;
  volatile uint32_t* immediate;
  volatile uint64_t* fallbacks;
  volatile uint32_t* fallbackReading;
  volatile uint64_t* fallbackEnds;
  volatile uint64_t* fallbacksEnded;  // CW_FALLBACKS_ENDED
  volatile uint32_t* scan;
  volatile uint32_t* scanned;
  volatile uint64_t* parentsFound;
  volatile uint64_t* clones;
  cw_cgroup* keptCgroups;  // CW_KEPT_CGROUPS
};

// The address of a variable; `memory` is the content of its section. nullptr: there is none.
void* variable(const btf* types, const char* section, const char* name, uint8_t* memory);

// Returns false if a variable is missing.
bool findGlobals(const btf* types, uint8_t* bss, Globals& globals);

}  // namespace connwatch
