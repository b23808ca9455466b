// SPDX-License-Identifier: Apache-2.0
#include "native/program/sync_hook.h"

#include <unistd.h>

#include "native/program/probe.h"

namespace connwatch {
namespace {

bool startsWith(const std::string& text, const char* prefix) { return text.rfind(prefix, 0) == 0; }

}  // namespace

SyncHook chooseSyncHook(const std::string& setting) {
  if (setting == "syscall") return SyncHook::kSyscall;
  if (setting != "auto") return SyncHook::kOff;
  if (kernelTakes("fexit/tcp_v4_connect")) return SyncHook::kFexit;
  // Check for the perf event source of kprobes. Trying a kprobe would leave a trace in tracefs.
  if (!access("/sys/bus/event_source/devices/kprobe/type", R_OK) && kernelTakes("kprobe/tcp_v4_connect"))
    return SyncHook::kKretprobe;
  return SyncHook::kNone;
}

uint32_t syncMode(SyncHook hook) {
  if (hook == SyncHook::kSyscall) return 2;
  return hook == SyncHook::kFexit || hook == SyncHook::kKretprobe ? 1 : 0;
}

SyncHook hookOf(const std::string& section) {
  if (startsWith(section, "fexit/")) return SyncHook::kFexit;
  for (const char* probe : {"kprobe/", "kretprobe/"})
    for (const char* function : {"tcp_v4_connect", "tcp_v6_connect"})
      if (section == std::string(probe) + function) return SyncHook::kKretprobe;
  if (startsWith(section, "tp/syscalls/")) return SyncHook::kSyscall;
  return SyncHook::kOff;
}

bool missingForAuto(SyncHook chosen, const std::string& section) {
  return chosen == SyncHook::kNone && hookOf(section) == SyncHook::kFexit;
}

}  // namespace connwatch
