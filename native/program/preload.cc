// SPDX-License-Identifier: Apache-2.0
#include "native/program/preload.h"

#include <future>
#include <mutex>
#include <utility>

namespace connwatch {
namespace {

struct Pending {
  ProgramConfig config;
  std::future<Loaded> loaded;  // its destructor waits for the thread
};

std::mutex mutex;
std::unique_ptr<Pending> pending;

Loaded load(const ProgramConfig& config) {
  Loaded result{std::make_unique<Program>(), {}};
  result.failure = result.program->load(config);
  return result;
}

}  // namespace

Loaded loaded(const ProgramConfig& config) {
  std::unique_ptr<Pending> begun;
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (pending && pending->config == config) begun = std::move(pending);
  }
  return begun ? begun->loaded.get() : load(config);
}

ProgramConfig programConfig(const Napi::Object& config) {
  auto number = [&config](const char* name) { return config.Get(name).As<Napi::Number>().Uint32Value(); };
  return {config.Get("path").As<Napi::String>(), number("ringSize"), number("connSlots"),
          config.Get("syncFailures").As<Napi::String>()};
}

void preload(const Napi::CallbackInfo& info) {
  ProgramConfig config = programConfig(info[0].As<Napi::Object>());
  std::lock_guard<std::mutex> lock(mutex);
  pending.reset(new Pending{config, std::async(std::launch::async, load, config)});
}

}  // namespace connwatch
