// SPDX-License-Identifier: Apache-2.0
// Asks the kernel what it takes, by trying it. Nothing stays loaded or attached.
#pragma once

#include <napi.h>

#include <string>

namespace connwatch {

// probeProgram({section, helper?, attach?}) -> {stage, errno, log}. Loads a program that does nothing (or
// only calls `helper`, a number of enum bpf_func_id) as `section` ("tp_btf/inet_sock_set_state") says, and
// attaches it when asked. stage: "type" (libbpf does not know the section), "target" (the kernel's BTF has
// no such target), "load", "helper", "attach"; "" when the kernel takes it.
Napi::Value probeProgram(const Napi::CallbackInfo& info);

// Whether a program that does nothing can be loaded as `section`, and, where that
// needs no more than a descriptor (fexit), attached.
bool kernelTakes(const std::string& section);

// probeMap(type) -> errno of creating a map of this type (enum bpf_map_type), 0 when the kernel takes it.
// libbpf tells no reason for most types: EINVAL then stands for "not supported, or not allowed".
Napi::Value probeMap(const Napi::CallbackInfo& info);

// probeBpf() -> errno of the smallest use of bpf() there is (an array of one element), 0 when it is allowed.
Napi::Value probeBpf(const Napi::CallbackInfo& info);

// probePerf() -> errno of the smallest use of perf_event_open() there is (a counter of nothing), by which kprobes and
// classic tracepoints are attached; 0 when it is allowed. Debian's kernels keep all of it for CAP_SYS_ADMIN while
// kernel.perf_event_paranoid is 3, as it is there unless somebody sets it.
Napi::Value probePerf(const Napi::CallbackInfo& info);

// probeObject({path, ringSize, connSlots, syncFailures}) -> undefined; loads the whole object and unloads it.
// Throws what `new Session` would throw.
Napi::Value probeObject(const Napi::CallbackInfo& info);

}  // namespace connwatch
