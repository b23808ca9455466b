// SPDX-License-Identifier: Apache-2.0
// The programs are loaded in a thread of their own, while JavaScript is loaded.
#pragma once

#include <napi.h>

#include <memory>
#include <optional>

#include "error.h"
#include "program.h"

namespace connwatch {

struct Loaded {
  std::unique_ptr<Program> program;
  std::optional<Failure> failure;
};

// What was begun with this configuration, when it is done; else loaded now.
Loaded loaded(const ProgramConfig& config);

// {path, ringSize, connSlots, syncFailures}
ProgramConfig programConfig(const Napi::Object& config);

// preload({path, ringSize, connSlots, syncFailures}): begins. Nothing is attached. The next Session with the same
// takes it, and what went wrong; what nobody takes goes with the process, or with the next one that is begun.
void preload(const Napi::CallbackInfo& info);

}  // namespace connwatch
