// SPDX-License-Identifier: Apache-2.0
// The addon's exports: Session, layout(), libbpfVersion(), quit(), preload(), the probes of probe.h, and privileges.h.
#include <bpf/libbpf.h>
#include <napi.h>
#include <unistd.h>

#include "native/cut/counts.h"
#include "native/program/layout.h"
#include "native/program/netns.h"
#include "native/program/preload.h"
#include "native/program/privileges.h"
#include "native/program/probe.h"
#include "native/session.h"

namespace {

// {version, size, offsets: {field: offset}, outcomes, lossClasses, handshakeColumn, sums}, to be compared with src/ebpf/layout.ts.
Napi::Value layout(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto offsets = Napi::Object::New(env);
  for (const auto& field : connwatch::eventFields())
    offsets.Set(field.name, static_cast<double>(field.offset));
  auto result = Napi::Object::New(env);
  result.Set("version", CW_ABI_VERSION);
  result.Set("size", static_cast<double>(sizeof(cw_event)));
  result.Set("offsets", offsets);
  result.Set("outcomes", static_cast<double>(CW_OUT_MAX));
  result.Set("lossClasses", CW_LOSS_CLASSES);
  result.Set("handshakeColumn", static_cast<double>(connwatch::Counts::kHandshake));
  result.Set("sums", static_cast<double>(connwatch::Counts::kSums));
  return result;
}

Napi::Value libbpfVersion(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), libbpf_version_string());
}

// netnsNumber(): the number of this process's network namespace, as in records.
Napi::Value netnsNumber(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), connwatch::ownNetns().number);
}

// quit(code): _exit(2). Runs no exit handlers and waits for no thread. The kernel closes what is open.
void quit(const Napi::CallbackInfo& info) { _exit(info[0].As<Napi::Number>().Int32Value()); }

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("Session", connwatch::Session::define(env));
  exports.Set("layout", Napi::Function::New(env, layout));
  exports.Set("libbpfVersion", Napi::Function::New(env, libbpfVersion));
  exports.Set("preload", Napi::Function::New(env, connwatch::preload));
  exports.Set("netnsNumber", Napi::Function::New(env, netnsNumber));
  exports.Set("quit", Napi::Function::New(env, quit));
  exports.Set("probeProgram", Napi::Function::New(env, connwatch::probeProgram));
  exports.Set("probeMap", Napi::Function::New(env, connwatch::probeMap));
  exports.Set("probeBpf", Napi::Function::New(env, connwatch::probeBpf));
  exports.Set("probePerf", Napi::Function::New(env, connwatch::probePerf));
  exports.Set("probeUnprivileged", Napi::Function::New(env, connwatch::probeUnprivileged));
  exports.Set("dropPrivileges", Napi::Function::New(env, connwatch::dropPrivileges));
  exports.Set("probeObject", Napi::Function::New(env, connwatch::probeObject));
  return exports;
}

NODE_API_MODULE(connwatch, init)

}  // namespace
