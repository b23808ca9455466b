// SPDX-License-Identifier: Apache-2.0
#include "native/error.h"

#include <bpf/libbpf.h>

#include <cstdarg>
#include <cstdio>

namespace connwatch {
namespace {

// A verifier log can have megabytes; the reason is at its end.
constexpr size_t kMaxLog = 64 * 1024;
thread_local LibbpfLog* current = nullptr;

int collect(enum libbpf_print_level level, const char* format, va_list arguments) {
  if (!current || level == LIBBPF_DEBUG) return 0;
  char line[4096];
  int length = vsnprintf(line, sizeof line, format, arguments);
  if (length > 0) current->append(line, std::min<size_t>(length, sizeof line - 1));
  return 0;
}

}  // namespace

LibbpfLog::LibbpfLog() : outer_(current) {
  current = this;
  libbpf_set_print(collect);
}

LibbpfLog::~LibbpfLog() { current = outer_; }

void LibbpfLog::append(const char* text, size_t length) {
  text_.append(text, length);
  if (text_.size() > kMaxLog) text_.erase(0, text_.size() - kMaxLog);
}

Napi::Error toError(Napi::Env env, const Failure& failure) {
  Napi::Error error = Napi::Error::New(env, failure.message);
  error.Set("code", Napi::String::New(env, failure.code));
  error.Set("stage", Napi::String::New(env, failure.stage));
  error.Set("errno", Napi::Number::New(env, failure.error));
  error.Set("libbpfLog", Napi::String::New(env, failure.log));
  return error;
}

}  // namespace connwatch
