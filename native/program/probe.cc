// SPDX-License-Identifier: Apache-2.0
#include "native/program/probe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <string>

#include "native/error.h"
#include "native/program/preload.h"
#include "native/program/program.h"

namespace connwatch {
namespace {

constexpr size_t kLogSize = 16 * 1024;

// A descriptor that is closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

struct Answer {
  const char* stage;
  int error;
  std::string log;
};

// `helper` 0: return 0. Otherwise: call the helper with uninitialised registers. The verifier refuses that, but
// only after it has checked that this program type may call the helper.
Answer tryProgram(const std::string& section, int helper, bool attach) {
  LibbpfLog quiet;
  bpf_prog_type type;
  bpf_attach_type attachType;
  if (int error = libbpf_prog_type_by_name(section.c_str(), &type, &attachType))
    return {"type", -error, quiet.text()};
  LIBBPF_OPTS(bpf_prog_load_opts, options);
  options.expected_attach_type = attachType;
  if (type == BPF_PROG_TYPE_TRACING) {
    std::string target = section.substr(section.find('/') + 1);
    int id = libbpf_find_vmlinux_btf_id(target.c_str(), attachType);
    if (id <= 0) return {"target", id < 0 ? -id : ENOENT, quiet.text()};
    options.attach_btf_id = static_cast<uint32_t>(id);
  }
  std::string log(kLogSize, '\0');
  options.log_buf = log.data();
  options.log_size = static_cast<uint32_t>(log.size());
  options.log_level = 1;
  const bpf_insn zero = {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0};
  const bpf_insn call = {BPF_JMP | BPF_CALL, 0, 0, 0, helper};
  const bpf_insn exit = {BPF_JMP | BPF_EXIT, 0, 0, 0, 0};
  const bpf_insn body[] = {helper ? call : zero, zero, exit};
  Descriptor program(
      bpf_prog_load(type, "connwatch_probe", "Dual BSD/GPL", body, std::size(body), &options));
  int error = program.get() < 0 ? errno : 0;
  log.resize(strlen(log.c_str()));
  if (error == EPERM) return {"load", error, log};
  if (helper) {
    // kernel/bpf/verifier.c, check_helper_call: the message differs between versions.
    for (const char* refusal : {"invalid func ", "unknown func ", "cannot use helper "})
      if (log.find(refusal) != std::string::npos) return {"helper", EINVAL, log};
    // It was refused because of its arguments, so the kernel knows the helper.
    if (!log.empty()) return {"", 0, log};
  }
  if (error) return {"load", error, log};
  if (!attach) return {"", 0, log};
  Descriptor link(bpf_raw_tracepoint_open(nullptr, program.get()));
  return link.get() < 0 ? Answer{"attach", errno, log} : Answer{"", 0, log};
}

}  // namespace

bool kernelTakes(const std::string& section) {
  return !*tryProgram(section, 0, section.rfind("fexit/", 0) == 0).stage;
}

Napi::Value probeProgram(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto what = info[0].As<Napi::Object>();
  Napi::Value helper = what.Get("helper");
  Answer answer = tryProgram(what.Get("section").As<Napi::String>(),
                             helper.IsNumber() ? helper.As<Napi::Number>().Int32Value() : 0,
                             what.Get("attach").ToBoolean());
  auto result = Napi::Object::New(env);
  result.Set("stage", answer.stage);
  result.Set("errno", answer.error);
  result.Set("log", answer.log);
  return result;
}

Napi::Value probeMap(const Napi::CallbackInfo& info) {
  LibbpfLog quiet;
  auto type = static_cast<bpf_map_type>(info[0].As<Napi::Number>().Int32Value());
  int answer = libbpf_probe_bpf_map_type(type, nullptr);
  return Napi::Number::New(info.Env(), answer == 1 ? 0 : answer < 0 ? -answer : EINVAL);
}

Napi::Value probeBpf(const Napi::CallbackInfo& info) {
  Descriptor map(bpf_map_create(BPF_MAP_TYPE_ARRAY, nullptr, 4, 4, 1, nullptr));
  return Napi::Number::New(info.Env(), map.get() < 0 ? errno : 0);
}

Napi::Value probePerf(const Napi::CallbackInfo& info) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_DUMMY;
  attributes.exclude_kernel = 1;
  // Counts this process, on any processor.
  Descriptor event(static_cast<int>(
      syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC)));
  return Napi::Number::New(info.Env(), event.get() < 0 ? errno : 0);
}

Napi::Value probeObject(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto config = info[0].As<Napi::Object>();
  Program program;
  auto failure = program.load(programConfig(config));
  if (failure) throw toError(env, *failure);
  return env.Undefined();
}

}  // namespace connwatch
