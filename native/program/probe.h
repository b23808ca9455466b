// SPDX-License-Identifier: Apache-2.0
// Finds out by trying what the kernel accepts. Nothing stays loaded or attached.
#pragma once

#include <napi.h>

#include <string>

namespace connwatch {

// probeProgram({section, helper?, attach?}) -> {stage, errno, log}. Loads a program that does nothing (or
// only calls `helper`, a number of enum bpf_func_id) as `section` ("tp_btf/inet_sock_set_state") says, and
// attaches it if `attach` is set. stage: "type" (libbpf does not know the section), "target" (the kernel's BTF
// has no such target), "load", "helper", "attach"; "" if the kernel accepts it.
Napi::Value probeProgram(const Napi::CallbackInfo& info);

// Whether a program that does nothing can be loaded as `section` and, for fexit, which needs only a
// descriptor, attached.
bool kernelTakes(const std::string& section);

// probeMap(type) -> errno of creating a map of this type (enum bpf_map_type), 0 if the kernel accepts it.
// libbpf gives no reason for most types: EINVAL then means "not supported or not allowed".
Napi::Value probeMap(const Napi::CallbackInfo& info);

// probeBpf() -> errno of the simplest bpf() call (it creates an array of one element), 0 if it is allowed.
Napi::Value probeBpf(const Napi::CallbackInfo& info);

// probePerf() -> errno of the simplest perf_event_open() call, which attaches kprobes and classic tracepoints; 0 if it
// is allowed. Debian's kernels allow it only with CAP_SYS_ADMIN while kernel.perf_event_paranoid is 3, its default there.
Napi::Value probePerf(const Napi::CallbackInfo& info);

// probeObject({path, ringSize, connSlots, syncFailures}) -> undefined; loads the whole object and unloads it.
// Throws the errors of `new Session`.
Napi::Value probeObject(const Napi::CallbackInfo& info);

}  // namespace connwatch
