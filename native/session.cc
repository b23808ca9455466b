// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <cerrno>
#include <cstring>
#include <ctime>

namespace connwatch {
namespace {

uint64_t monotonic() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

uint32_t number(const Napi::Object& object, const char* name) {
  return object.Get(name).As<Napi::Number>().Uint32Value();
}

Napi::Value bytes(Napi::Env env, const uint8_t* data, size_t room) {
  return Napi::Buffer<uint8_t>::Copy(env, data, strnlen(reinterpret_cast<const char*>(data), room));
}

}  // namespace

Napi::Function Session::define(Napi::Env env) {
  return DefineClass(env, "Session",
                     {InstanceMethod("drain", &Session::drain), InstanceMethod("arm", &Session::arm),
                      InstanceMethod("requestCut", &Session::requestCut),
                      InstanceMethod("live", &Session::live),
                      InstanceMethod("freshKeys", &Session::freshKeys),
                      InstanceMethod("processes", &Session::processes),
                      InstanceMethod("exited", &Session::exited),
                      InstanceMethod("release", &Session::release),
                      InstanceMethod("stats", &Session::stats),
                      InstanceMethod("close", &Session::close)});
}

// new Session({path, ringSize, connSlots, batchSize}, onWake): loads and attaches.
// JavaScript (src/ebpf/binding.ts) has checked the arguments.
Session::Session(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Session>(info) {
  Napi::Env env = info.Env();
  Napi::Object config = info[0].As<Napi::Object>();
  uint32_t ringSize = number(config, "ringSize");
  uint32_t batch = number(config, "batchSize");

  program_ = std::make_unique<Program>();
  auto failure = program_->load({config.Get("path").As<Napi::String>(), ringSize,
                                 number(config, "connSlots")});
  if (failure) fail(env, *failure);
  if (int error = ring_.open(program_->mapFd("events"), ringSize))
    fail(env, {"CW_BPF_LOAD", "ring", error, "cannot map the ring buffer", ""});

  auto events = Napi::ArrayBuffer::New(env, size_t{batch} * sizeof(cw_event));
  auto keys = Napi::ArrayBuffer::New(env, size_t{batch} * sizeof(uint32_t));
  events_ = Napi::Persistent(events);
  keys_ = Napi::Persistent(keys);
  drain_ = std::make_unique<Drain>(*program_, ring_, static_cast<uint8_t*>(events.Data()),
                                   static_cast<uint32_t*>(keys.Data()), batch);
  Napi::Object self = info.This().As<Napi::Object>();
  self.Set("events", events);
  self.Set("keys", keys);

  callback_ = Napi::Persistent(info[1].As<Napi::Function>());
  context_ = std::make_unique<Napi::AsyncContext>(env, "connwatch:ring");
  int error = 0;
  Wake::start(env, program_->mapFd("events"), [this] { onWake(); }, &wake_, &error);
  if (!wake_) fail(env, {"CW_BPF_LOAD", "ring", error, "cannot watch the ring buffer", ""});
  if ((failure = program_->attach())) fail(env, *failure);
}

Session::~Session() { closeNow(); }

void Session::fail(Napi::Env env, const Failure& failure) {
  closeNow();
  throw toError(env, failure);
}

Drain& Session::open(Napi::Env env) {
  if (!drain_) throw toError(env, {"CW_CLOSED", "use", 0, "the session is closed", ""});
  return *drain_;
}

// Plain Node-API: a worker that is being terminated lets no JavaScript run, which
// is no error here, and node-addon-api would throw it.
void Session::onWake() {
  napi_env env = callback_.Env();
  Napi::HandleScope scope(env);
  napi_value receiver = nullptr, function = nullptr, thrown = nullptr;
  if (napi_get_global(env, &receiver) != napi_ok) return;
  if (napi_get_reference_value(env, callback_, &function) != napi_ok || !function) return;
  napi_status status =
      napi_make_callback(env, *context_, receiver, function, 0, nullptr, nullptr);
  // To process.on('uncaughtException'), as an exception in any callback goes.
  if (status == napi_pending_exception && napi_get_and_clear_last_exception(env, &thrown) == napi_ok)
    napi_fatal_exception(env, thrown);
}

// Fills `events` and `keys`; {count, cut, more, lag (ns), fresh, processes, exited}.
Napi::Value Session::drain(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Drain& drain = open(env);
  uint32_t count = drain.run();
  auto result = Napi::Object::New(env);
  result.Set("count", count);
  result.Set("cut", drain.takeCut());
  result.Set("more", ring_.used() > 0);
  result.Set("lag", drain.oldest() ? static_cast<double>(monotonic() - drain.oldest()) : 0.0);
  result.Set("fresh", static_cast<double>(drain.freshKeys().size()));
  result.Set("processes", static_cast<double>(drain.processes().size()));
  return result;
}

// Sets the doorbell. False: there is data already, and the bell is off again.
Napi::Value Session::arm(const Napi::CallbackInfo& info) {
  open(info.Env());
  volatile uint32_t* armed = program_->globals().armed;
  *armed = 1;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  bool empty = ring_.used() == 0;
  if (!empty) *armed = 0;
  return Napi::Boolean::New(info.Env(), empty);
}

void Session::requestCut(const Napi::CallbackInfo& info) {
  if (int error = open(info.Env()).requestCut())
    throw toError(info.Env(), {"CW_LIVE_SCAN", "scan", error,
                               "cannot read the live sockets that are kept in socket storage", ""});
}

// The live sockets at the last cut: {rows, key, state, count}.
Napi::Value Session::live(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const auto& rows = open(env).live();
  auto key = Napi::Uint32Array::New(env, rows.size());
  auto state = Napi::Uint8Array::New(env, rows.size());
  auto count = Napi::Uint32Array::New(env, rows.size());
  for (size_t i = 0; i < rows.size(); i++) {
    key[i] = rows[i].key;
    state[i] = static_cast<uint8_t>(rows[i].state);
    count[i] = rows[i].count;
  }
  auto result = Napi::Object::New(env);
  result.Set("rows", static_cast<double>(rows.size()));
  result.Set("key", key);
  result.Set("state", state);
  result.Set("count", count);
  return result;
}

// Key numbers given out since the last call: [{id, role, owner, cgroup, netns, address, port}].
Napi::Value Session::freshKeys(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Drain& drain = open(env);
  auto list = Napi::Array::New(env, drain.freshKeys().size());
  uint32_t index = 0;
  for (uint32_t id : drain.freshKeys()) {
    const Key& key = drain.keyTable().at(id);
    auto row = Napi::Object::New(env);
    row.Set("id", id);
    row.Set("role", static_cast<uint32_t>(key.role));
    row.Set("owner", Napi::BigInt::New(env, key.owner));
    row.Set("cgroup", Napi::BigInt::New(env, key.cgroup));
    row.Set("netns", key.netns);
    row.Set("address", Napi::Buffer<uint8_t>::Copy(env, key.address, CW_ADDR_LEN));
    row.Set("port", static_cast<uint32_t>(key.port));
    list.Set(index++, row);
  }
  drain.freshKeys().clear();
  return list;
}

// Processes told since the last call: [{owner, pid, startTime, cgroup, comm, exe}], names as bytes.
Napi::Value Session::processes(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Drain& drain = open(env);
  auto list = Napi::Array::New(env, drain.processes().size());
  uint32_t index = 0;
  for (const cw_process& process : drain.processes()) {
    auto row = Napi::Object::New(env);
    row.Set("owner", Napi::BigInt::New(env, process.owner));
    row.Set("pid", process.pid);
    row.Set("startTime", Napi::BigInt::New(env, process.start_time));
    row.Set("cgroup", Napi::BigInt::New(env, process.cgroup));
    row.Set("comm", bytes(env, process.comm, CW_COMM_LEN));
    row.Set("exe", bytes(env, process.exe, CW_EXE_LEN));
    list.Set(index++, row);
  }
  drain.processes().clear();
  return list;
}

// Owners whose last thread ended since the last call, as a BigUint64Array.
Napi::Value Session::exited(const Napi::CallbackInfo& info) {
  auto& owners = open(info.Env()).exited();
  auto list = Napi::BigUint64Array::New(info.Env(), owners.size());
  for (size_t i = 0; i < owners.size(); i++) list[i] = owners[i];
  owners.clear();
  return list;
}

void Session::release(const Napi::CallbackInfo& info) {
  Drain& drain = open(info.Env());
  auto ids = info[0].As<Napi::Uint32Array>();
  for (size_t i = 0; i < ids.ElementLength(); i++) drain.keyTable().release(ids[i]);
}

Napi::Value Session::stats(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Drain& drain = open(env);
  uint64_t totals[CW_LOSSES];
  if (int error = program_->readLosses(totals))
    throw toError(env, {"CW_STATS", "stats", error, "cannot read the loss counters", ""});
  auto lost = Napi::Float64Array::New(env, CW_LOSSES);
  for (size_t i = 0; i < CW_LOSSES; i++) lost[i] = static_cast<double>(totals[i]);
  auto seen = Napi::Float64Array::New(env, CW_KIND_MAX);
  for (size_t i = 0; i < CW_KIND_MAX; i++) seen[i] = static_cast<double>(drain.totals().seen[i]);
  auto probes = Napi::Array::New(env, program_->probes().size());
  uint32_t index = 0;
  for (const Probe& probe : program_->probes()) {
    auto row = Napi::Object::New(env);
    row.Set("name", probe.name);
    row.Set("mechanism", probe.mechanism);
    row.Set("required", probe.required);
    row.Set("attached", probe.attached);
    probes.Set(index++, row);
  }
  auto result = Napi::Object::New(env);
  result.Set("lost", lost);
  result.Set("seen", seen);
  result.Set("probes", probes);
  result.Set("undecodable", static_cast<double>(drain.totals().undecodable));
  result.Set("keysRefused", static_cast<double>(drain.keyTable().refused()));
  result.Set("recursion", static_cast<double>(program_->recursionMisses()));
  result.Set("ringUsed", static_cast<double>(ring_.used()));
  result.Set("ringSize", static_cast<double>(ring_.size()));
  return result;
}

void Session::close(const Napi::CallbackInfo&) {
  closeNow();
  context_.reset();
  callback_.Reset();
}

// Nothing of JavaScript in here: the destructor runs when the environment is gone.
void Session::closeNow() {
  if (wake_) wake_->stop();
  drain_.reset();
  ring_.close();
  program_.reset();
}

}  // namespace connwatch
