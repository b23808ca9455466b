// SPDX-License-Identifier: Apache-2.0
// Calls back on the event loop when a doorbell rings: that of the ring or that of the scan.
#pragma once

#include <node_api.h>
#include <uv.h>

#include <functional>
#include <initializer_list>

namespace connwatch {

// With libuv a handle must exist until its close is complete, and with Node.js the handles of a worker must be
// closed before it ends. So the state is on the heap and closes itself, and an asynchronous cleanup
// hook of the environment waits for that.
class Wake {
 public:
  // Watches the descriptors and sets *holder. Sets *holder to nullptr when it stops, by stop() or because the
  // environment ends. Sets *error (errno) if it fails.
  static void start(napi_env env, std::initializer_list<int> fds, std::function<void()> onWake, Wake** holder, int* error);
  // After it returns there are no more calls. The object deletes itself.
  void stop();

 private:
  Wake() = default;
  ~Wake() = default;
  static void onPoll(uv_poll_t* handle, int status, int events);
  static void onClosed(uv_handle_t* handle);
  static void onEnvironmentExit(napi_async_cleanup_hook_handle handle, void* data);

  uv_poll_t poll_{};
  // The ring's descriptor stays readable while data waits for the coalescing timer. An edge-triggered epoll
  // in between keeps the loop from spinning.
  int epoll_ = -1;
  Wake** holder_ = nullptr;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  std::function<void()> onWake_;
};

}  // namespace connwatch
