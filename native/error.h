// SPDX-License-Identifier: Apache-2.0
// The one shape of the addon's errors: {code, errno, stage, message, libbpfLog}.
#pragma once

#include <napi.h>

#include <string>

namespace connwatch {

// What went wrong below JavaScript; binding.cc turns it into a JavaScript error.
struct Failure {
  const char* code;   // CW_BPF_OPEN, CW_BPF_LOAD, ...
  const char* stage;  // open, layout, load, attach, ring, ...
  int error;          // errno, positive; 0 if there is none
  std::string message;
  std::string log;  // what libbpf and the verifier printed
};

Napi::Error toError(Napi::Env env, const Failure& failure);

// Collects what libbpf prints in this thread, the innermost of them. Never touches JavaScript.
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
