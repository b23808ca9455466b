// SPDX-License-Identifier: Apache-2.0
// The object that JavaScript uses: one loaded set of programs with its ring and batch.
// All methods run on the thread of the environment that made it.
#pragma once

#include <napi.h>

#include <memory>

#include "native/drain/drain.h"
#include "native/drain/wake.h"

namespace connwatch {

// Content of `drained`: src/ebpf/session.ts, DRAINED.
enum Drained { kCount, kRecords, kLeftOut, kCut, kMore, kLag, kProcesses, kCgroups, kUntapped, kDrained };

class Session : public Napi::ObjectWrap<Session> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit Session(const Napi::CallbackInfo& info);
  ~Session() override;

 private:
  void drain(const Napi::CallbackInfo& info);
  Napi::Value arm(const Napi::CallbackInfo& info);
  void requestCut(const Napi::CallbackInfo& info);
  Napi::Value live(const Napi::CallbackInfo& info);
  Napi::Value listeners(const Napi::CallbackInfo& info);
  Napi::Value folded(const Napi::CallbackInfo& info);
  Napi::Value counts(const Napi::CallbackInfo& info);
  Napi::Value namespaces(const Napi::CallbackInfo& info);
  Napi::Value cgroups(const Napi::CallbackInfo& info);
  Napi::Value processes(const Napi::CallbackInfo& info);
  Napi::Value cgroupsInUse(const Napi::CallbackInfo& info);
  Napi::Value gone(const Napi::CallbackInfo& info);
  Napi::Value readKey(const Napi::CallbackInfo& info);
  Napi::Value readProcess(const Napi::CallbackInfo& info);
  void setSeriesLimit(const Napi::CallbackInfo& info);
  void setFailures(const Napi::CallbackInfo& info);
  void setTap(const Napi::CallbackInfo& info);
  void keepSockets(const Napi::CallbackInfo& info);
  Napi::Value sockets(const Napi::CallbackInfo& info);
  Napi::Value readOwner(const Napi::CallbackInfo& info);
  void release(const Napi::CallbackInfo& info);
  Napi::Value stats(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);
  void closeNow();
  void onWake();
  // Returns the part, or throws the JavaScript error CW_CLOSED.
  Drain& open(Napi::Env env);
  [[noreturn]] void fail(Napi::Env env, const Failure& failure);

  // In the order they are acquired.
  std::unique_ptr<Program> program_;
  Ring ring_;
  Napi::Reference<Napi::ArrayBuffer> events_;
  Napi::Reference<Napi::ArrayBuffer> keys_;
  Napi::Reference<Napi::Float64Array> drainedReference_;
  double* drained_ = nullptr;
  int doorbell_ = -1;
  Napi::Reference<Napi::ArrayBuffer> detailsReference_;
  void* details_ = nullptr;
  std::unique_ptr<Drain> drain_;
  uint64_t exitsLost_ = 0;
  Napi::FunctionReference callback_;
  std::unique_ptr<Napi::AsyncContext> context_;
  Wake* wake_ = nullptr;  // Wake sets it to nullptr when it stops
};

}  // namespace connwatch
