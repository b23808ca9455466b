// SPDX-License-Identifier: Apache-2.0
// Calls back on the event loop when one of the doorbells rings: the ring's, or the scan's.
#pragma once

#include <node_api.h>
#include <uv.h>

#include <functional>
#include <initializer_list>

namespace connwatch {

// libuv wants a handle to outlive its close, and Node.js wants a worker's handles
// closed before it goes: so the state is on the heap, closes itself, and an
// asynchronous cleanup hook of the environment waits for that.
class Wake {
 public:
  // Watches the descriptors. Sets *holder, and back to nullptr when it stops, by stop() or
  // because the environment goes. Sets *error (errno) when it cannot.
  static void start(napi_env env, std::initializer_list<int> fds, std::function<void()> onWake, Wake** holder, int* error);
  // No call comes after this returns. The object deletes itself.
  void stop();

 private:
  Wake() = default;
  ~Wake() = default;
  static void onPoll(uv_poll_t* handle, int status, int events);
  static void onClosed(uv_handle_t* handle);
  static void onEnvironmentExit(napi_async_cleanup_hook_handle handle, void* data);

  uv_poll_t poll_{};
  // A ring's descriptor stays readable while data waits for the coalescing
  // timer; an edge-triggered epoll in between keeps the loop from spinning.
  int epoll_ = -1;
  Wake** holder_ = nullptr;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  std::function<void()> onWake_;
};

}  // namespace connwatch
