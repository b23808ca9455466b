// SPDX-License-Identifier: Apache-2.0
// Loads the programs in a thread while JavaScript is loaded.
#pragma once

#include <napi.h>

#include <memory>
#include <optional>

#include "native/error.h"
#include "native/program/program.h"

namespace connwatch {

struct Loaded {
  std::unique_ptr<Program> program;
  std::optional<Failure> failure;
};

// The programs of preload() with this configuration: waits for them. Without such a preload, loads them now.
Loaded loaded(const ProgramConfig& config);

// {path, ringSize, connSlots, syncFailures}
ProgramConfig programConfig(const Napi::Object& config);

// preload({path, ringSize, connSlots, syncFailures}): starts to load, and attaches nothing. The next Session with the
// same configuration takes the programs or the error. If none does, the next preload or the end of the process frees them.
void preload(const Napi::CallbackInfo& info);

}  // namespace connwatch
