// SPDX-License-Identifier: Apache-2.0
// All errors of the addon have the form {code, errno, stage, message, libbpfLog}.
#pragma once

#include <napi.h>

#include <string>

namespace connwatch {

// An error of the native code; binding.cc makes a JavaScript error of it.
struct Failure {
  const char* code;   // CW_BPF_OPEN, CW_BPF_LOAD, ...
  const char* stage;  // open, layout, load, attach, ring, ...
  int error;          // errno, positive; 0 if there is none
  std::string message;
  std::string log;  // what libbpf and the verifier printed
};

Napi::Error toError(Napi::Env env, const Failure& failure);

// Collects libbpf's output in this thread; of nested ones the innermost does. Never touches JavaScript.
class LibbpfLog {
 public:
  LibbpfLog();
  ~LibbpfLog();
  LibbpfLog(const LibbpfLog&) = delete;
  LibbpfLog& operator=(const LibbpfLog&) = delete;
  const std::string& text() const { return text_; }
  void append(const char* text, size_t length);

 private:
  std::string text_;
  LibbpfLog* outer_;
};

}  // namespace connwatch
