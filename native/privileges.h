// SPDX-License-Identifier: Apache-2.0
// Capabilities of this process, all of its threads: the kernel keeps them for each thread, and Node.js has
// several before any code of ours runs.
#pragma once

#include <napi.h>

namespace connwatch {

// probeUnprivileged() -> errno of the calls of bpf() that a running agent makes (map look-ups, program
// statistics, iterators), tried without any effective capability; 0 when none is needed for them.
Napi::Value probeUnprivileged(const Napi::CallbackInfo& info);

// dropPrivileges(keep) -> {permitted, bounding, noNewPrivileges, threads}. `keep` is a BigInt whose bit n is
// capability n. Sets no_new_privs, empties the ambient and inheritable sets, and the bounding set where
// CAP_SETPCAP allows it. The answer is what /proc says afterwards, of all threads together: `permitted` has
// more than `keep` when some thread could not be reached.
Napi::Value dropPrivileges(const Napi::CallbackInfo& info);

}  // namespace connwatch
