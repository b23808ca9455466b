// SPDX-License-Identifier: Apache-2.0
// The hook that observes connects that fail before a SYN (bpf/events/sync.bpf.h).
#pragma once

#include <cstdint>
#include <string>

namespace connwatch {

enum class SyncHook { kOff, kNone, kFexit, kKretprobe, kSyscall };

// `setting`: auto (fexit, else a kretprobe, else none), syscall, off.
SyncHook chooseSyncHook(const std::string& setting);
// The constant `sync_failures` of bpf/base/maps.bpf.h.
uint32_t syncMode(SyncHook hook);
// The hook that a program of this section belongs to; kOff for all other programs.
SyncHook hookOf(const std::string& section);
// Whether to report to the user that a program of this section is missing.
bool missingForAuto(SyncHook chosen, const std::string& section);

}  // namespace connwatch
