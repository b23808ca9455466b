// SPDX-License-Identifier: Apache-2.0
// By which means connects that fail before a SYN are seen (bpf/sync.bpf.h).
#pragma once

#include <cstdint>
#include <string>

namespace connwatch {

enum class SyncHook { kOff, kNone, kFexit, kKretprobe, kSyscall };

// `setting`: auto (fexit, else a kretprobe, else none), syscall, off.
SyncHook chooseSyncHook(const std::string& setting);
// The constant `sync_failures` of bpf/maps.bpf.h.
uint32_t syncMode(SyncHook hook);
// Which one a program of this section is for; kOff for all other programs.
SyncHook hookOf(const std::string& section);
// Whether the user is to be told that a program of this section is not there.
bool missingForAuto(SyncHook chosen, const std::string& section);

}  // namespace connwatch
