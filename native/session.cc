// SPDX-License-Identifier: Apache-2.0
#include "native/session.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "native/clock.h"
#include "native/keys/details.h"
#include "native/program/preload.h"
#include "native/rows.h"

namespace connwatch {
namespace {

Failure cannotCut(int error) {
  return {"CW_LIVE_SCAN", "scan", error, "cannot read the live sockets in socket storage", ""};
}

}  // namespace

Napi::Function Session::define(Napi::Env env) {
  return DefineClass(env, "Session",
                     {InstanceMethod("drain", &Session::drain), InstanceMethod("arm", &Session::arm),
                      InstanceMethod("requestCut", &Session::requestCut),
                      InstanceMethod("live", &Session::live),
                      InstanceMethod("listeners", &Session::listeners),
                      InstanceMethod("folded", &Session::folded),
                      InstanceMethod("counts", &Session::counts),
                      InstanceMethod("namespaces", &Session::namespaces),
                      InstanceMethod("cgroups", &Session::cgroups),
                      InstanceMethod("processes", &Session::processes),
                      InstanceMethod("cgroupsInUse", &Session::cgroupsInUse),
                      InstanceMethod("gone", &Session::gone),
                      InstanceMethod("readKey", &Session::readKey),
                      InstanceMethod("readProcess", &Session::readProcess),
                      InstanceMethod("setSeriesLimit", &Session::setSeriesLimit),
                      InstanceMethod("setFailures", &Session::setFailures),
                      InstanceMethod("setTap", &Session::setTap),
                      InstanceMethod("readOwner", &Session::readOwner),
                      InstanceMethod("keepSockets", &Session::keepSockets),
                      InstanceMethod("sockets", &Session::sockets),
                      InstanceMethod("release", &Session::release),
                      InstanceMethod("stats", &Session::stats),
                      InstanceMethod("close", &Session::close)});
}

// new Session({path, ringSize, connSlots, batchSize, seriesLimit, syncFailures, immediate, bounds, exponentialBounds, clientRanges},
// onWake): loads and attaches.
// JavaScript (src/ebpf/session.ts) has checked the arguments.
Session::Session(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Session>(info) {
  Napi::Env env = info.Env();
  Napi::Object config = info[0].As<Napi::Object>();
  uint32_t batch = config.Get("batchSize").As<Napi::Number>().Uint32Value();
  uint32_t seriesLimit = config.Get("seriesLimit").As<Napi::Number>().Uint32Value();
  bool immediate = config.Get("immediate").As<Napi::Boolean>();

  auto [program, failure] = loaded(programConfig(config));
  program_ = std::move(program);
  if (failure) fail(env, *failure);
  if (int error = ring_.open(program_->mapFd("events"), program_->ringSize()))
    fail(env, {"CW_BPF_LOAD", "ring", error, "cannot map the ring buffer", ""});

  auto events = Napi::ArrayBuffer::New(env, size_t{batch} * sizeof(cw_event));
  auto keys = Napi::ArrayBuffer::New(env, size_t{batch} * sizeof(uint32_t));
  auto drained = Napi::Float64Array::New(env, kDrained);
  drained_ = drained.Data();
  drainedReference_ = Napi::Persistent(drained);
  auto details = Napi::ArrayBuffer::New(env, kDetailsSize);
  details_ = details.Data();
  detailsReference_ = Napi::Persistent(details);
  events_ = Napi::Persistent(events);
  keys_ = Napi::Persistent(keys);
  doorbell_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (doorbell_ < 0) fail(env, {"CW_BPF_LOAD", "ring", errno, "cannot create a doorbell", ""});
  drain_ = std::make_unique<Drain>(
      *program_, ring_,
      Batch({static_cast<uint8_t*>(events.Data()), static_cast<uint32_t*>(keys.Data()), batch}, immediate,
            seriesLimit, Counts(toBounds(config.Get("bounds")), toBounds(config.Get("exponentialBounds")))),
      doorbell_);
  if (config.Get("clientRanges").IsTypedArray()) {
    auto ranges = config.Get("clientRanges").As<Napi::Uint8Array>();
    drain_->batch().keyTable().setClientRanges(ranges.Data(), ranges.ByteLength() / ClientRanges::kBytes);
  }
  Napi::Object self = info.This().As<Napi::Object>();
  self.Set("events", events);
  self.Set("keys", keys);
  self.Set("drained", drained);
  self.Set("details", details);

  callback_ = Napi::Persistent(info[1].As<Napi::Function>());
  context_ = std::make_unique<Napi::AsyncContext>(env, "connwatch:ring");
  int error = 0;
  Wake::start(env, {program_->mapFd("events"), doorbell_}, [this] { onWake(); }, &wake_, &error);
  if (!wake_) fail(env, {"CW_BPF_LOAD", "ring", error, "cannot watch the ring buffer", ""});
  if ((failure = program_->attach(immediate))) fail(env, *failure);
  if (program_->isAttached("connwatch_exec")) drain_->batch().keyTable().owners().setCommandsSince(bootTime());
  drain_->scanNow();
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

// Uses plain Node-API: a worker that is being terminated runs no JavaScript. That is not an error here, but
// node-addon-api would throw it.
void Session::onWake() {
  napi_env env = callback_.Env();
  Napi::HandleScope scope(env);
  napi_value receiver = nullptr, function = nullptr, thrown = nullptr;
  if (napi_get_global(env, &receiver) != napi_ok) return;
  if (napi_get_reference_value(env, callback_, &function) != napi_ok || !function) return;
  napi_status status =
      napi_make_callback(env, *context_, receiver, function, 0, nullptr, nullptr);
  // Goes to process.on('uncaughtException'), like an exception in any callback.
  if (status == napi_pending_exception && napi_get_and_clear_last_exception(env, &thrown) == napi_ok)
    napi_fatal_exception(env, thrown);
}

// Fills `events`, `keys` and `drained`. Making an object for each drain would cost more than most drains.
void Session::drain(const Napi::CallbackInfo& info) {
  Drain& drain = open(info.Env());
  uint64_t processes = drain.batch().totals().seen[CW_KIND_PROCESS];
  drain.run();
  drained_[kCount] = drain.batch().added();
  drained_[kRecords] = drain.batch().filled();
  drained_[kLeftOut] = drain.batch().leftOut();
  drained_[kUntapped] = drain.batch().untapped();
  if (int error = drain.takeError()) throw toError(info.Env(), cannotCut(error));
  drained_[kCut] = drain.takeCut();
  drained_[kMore] = drain.full();
  drained_[kLag] = drain.oldest() ? static_cast<double>(monotonic() - drain.oldest()) : 0.0;
  drained_[kProcesses] = static_cast<double>(drain.batch().totals().seen[CW_KIND_PROCESS] - processes);
  drained_[kCgroups] = static_cast<double>(drain.inbox().cgroups.size());
}

// Sets the doorbell. Returns false, with the doorbell off again, if there is data already.
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
  if (int error = open(info.Env()).requestCut()) throw toError(info.Env(), cannotCut(error));
}

Napi::Value Session::live(const Napi::CallbackInfo& info) {
  return toRows(info.Env(), open(info.Env()).live());
}

Napi::Value Session::listeners(const Napi::CallbackInfo& info) {
  return toRows(info.Env(), open(info.Env()).listeners());
}

// Counts of records that could not be sent, since the last call; `stats` has read them from the kernel. The call adds them
// to the counts.
Napi::Value Session::folded(const Napi::CallbackInfo& info) {
  Batch& batch = open(info.Env()).batch();
  std::vector<FoldRow> rows = drain_->folds().take();
  for (const FoldRow& row : rows) batch.counts().add(batch.intern(row.key), row);
  return toRows(info.Env(), rows);
}

// Of all records and what was folded, since the last call.
Napi::Value Session::counts(const Napi::CallbackInfo& info) {
  Counts& counts = open(info.Env()).batch().counts();
  Napi::Value rows = toRows(info.Env(), counts);
  counts.clear();
  return rows;
}

// Counts of processes at the last cut.
Napi::Value Session::processes(const Napi::CallbackInfo& info) {
  return toRows(info.Env(), open(info.Env()).batch().keyTable().owners());
}

Napi::Value Session::cgroupsInUse(const Napi::CallbackInfo& info) {
  return toNumbers(info.Env(), open(info.Env()).batch().keyTable().workloads().cgroups());
}

// Workloads whose last process has ended since the last call.
Napi::Value Session::gone(const Napi::CallbackInfo& info) {
  return toNumbers(info.Env(), open(info.Env()).batch().keyTable().workloads().takeGone());
}

// Writes into `details`. Returns false if the number is not in use.
Napi::Value Session::readKey(const Napi::CallbackInfo& info) {
  Drain& drain = open(info.Env());
  uint32_t id = info[0].As<Napi::Number>().Uint32Value();
  return Napi::Boolean::New(info.Env(), writeKey(drain.batch().keyTable(), id, details_));
}

Napi::Value Session::readProcess(const Napi::CallbackInfo& info) {
  Drain& drain = open(info.Env());
  uint32_t number = info[0].As<Napi::Number>().Uint32Value();
  return Napi::Boolean::New(info.Env(), writeProcess(drain.batch().keyTable(), number, details_));
}

void Session::setFailures(const Napi::CallbackInfo& info) {
  open(info.Env()).batch().setFailures(info[0].As<Napi::Number>().Uint32Value());
}

// setTap(most, immediate): at most so many records of any connection are in one batch; `immediate`: from now on each success
// and each accept has a record of its own.
void Session::setTap(const Napi::CallbackInfo& info) {
  open(info.Env()).batch().setTap(info[0].As<Napi::Number>().Uint32Value());
  *program_->globals().immediate = info[1].As<Napi::Boolean>();
}

// The next cut keeps its sockets, for sockets().
void Session::keepSockets(const Napi::CallbackInfo& info) { open(info.Env()).cut().keepSockets(); }

Napi::Value Session::sockets(const Napi::CallbackInfo& info) {
  return toRows(info.Env(), open(info.Env()).cut().takeSockets());
}

// readOwner(low, high): the process of a record's owner, as readProcess.
Napi::Value Session::readOwner(const Napi::CallbackInfo& info) {
  Drain& drain = open(info.Env());
  cw_owner owner = info[0].As<Napi::Number>().Uint32Value();
  owner |= cw_owner{info[1].As<Napi::Number>().Uint32Value()} << 32;
  KeyTable& table = drain.batch().keyTable();
  return Napi::Boolean::New(info.Env(), writeProcess(table, table.owners().imageProcess(owner), details_));
}

void Session::setSeriesLimit(const Napi::CallbackInfo& info) {
  open(info.Env()).batch().keyTable().setLimit(info[0].As<Napi::Number>().Uint32Value());
}

Napi::Value Session::cgroups(const Napi::CallbackInfo& info) {
  Drain& drain = open(info.Env());
  auto list = toList(info.Env(), drain.inbox().cgroups);
  drain.inbox().cgroups.clear();
  return list;
}

Napi::Value Session::namespaces(const Napi::CallbackInfo& info) {
  return toTriples(info.Env(), open(info.Env()).inbox().namespaces);
}

void Session::release(const Napi::CallbackInfo& info) {
  Drain& drain = open(info.Env());
  auto ids = info[0].As<Napi::Uint32Array>();
  for (size_t i = 0; i < ids.ElementLength(); i++) drain.batch().keyTable().release(ids[i]);
}

Napi::Value Session::stats(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Drain& drain = open(env);
  if (int error = drain.folds().read())
    throw toError(env, {"CW_STATS", "stats", error, std::string("cannot read the loss counters: ") + strerror(error), ""});
  // If records of exits were lost, or none are sent, look which processes still exist.
  uint64_t lost = drain.folds().losses()[CW_LOSS_RING_FULL * CW_LOSS_CLASSES + CW_CLASS_EXIT];
  if (lost > exitsLost_ || !program_->isAttached("connwatch_exit")) drain.batch().keyTable().owners().sweep();
  exitsLost_ = lost;
  return toStats(env, drain, *program_, ring_);
}

void Session::close(const Napi::CallbackInfo&) {
  closeNow();
  context_.reset();
  callback_.Reset();
}

// No JavaScript in here, because the destructor runs after the environment has ended.
void Session::closeNow() {
  if (wake_) wake_->stop();
  drain_.reset();
  if (doorbell_ >= 0) ::close(doorbell_);
  doorbell_ = -1;
  ring_.close();
  program_.reset();
}

}  // namespace connwatch
