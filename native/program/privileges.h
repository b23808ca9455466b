// SPDX-License-Identifier: Apache-2.0
// Capabilities of all threads of this process. The kernel keeps them for each thread, and Node.js starts
// several threads before our code runs.
#pragma once

#include <napi.h>

namespace connwatch {

// probeUnprivileged() -> errno of the calls of bpf() that a running agent makes (map look-ups, program
// statistics, iterators), tried without any effective capability; 0 if they need none.
Napi::Value probeUnprivileged(const Napi::CallbackInfo& info);

// dropPrivileges(keep) -> {permitted, bounding, noNewPrivileges, threads}. `keep` is a BigInt whose bit n is
// capability n. Sets no_new_privs, empties the ambient and inheritable sets, and the bounding set where
// CAP_SETPCAP allows it. Returns what /proc shows afterwards for all threads together: `permitted` has more
// than `keep` if some thread could not be interrupted.
Napi::Value dropPrivileges(const Napi::CallbackInfo& info);

}  // namespace connwatch
