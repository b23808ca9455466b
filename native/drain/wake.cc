// SPDX-License-Identifier: Apache-2.0
#include "native/drain/wake.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>

namespace connwatch {

void Wake::start(napi_env env, std::initializer_list<int> fds, std::function<void()> onWake, Wake** holder,
                 int* error) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) {
    *error = ENOTSUP;
    return;
  }
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) {
    *error = errno;
    return;
  }
  epoll_event interest{};
  interest.events = EPOLLIN | EPOLLET;
  auto* wake = new Wake();
  wake->epoll_ = epoll;
  wake->onWake_ = std::move(onWake);
  wake->poll_.data = wake;
  *error = 0;
  for (int fd : fds)
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &interest)) *error = errno;
  if (!*error) *error = -uv_poll_init(loop, &wake->poll_, epoll);
  if (*error) {
    ::close(epoll);
    delete wake;
    return;
  }
  uv_poll_start(&wake->poll_, UV_READABLE, onPoll);
  napi_add_async_cleanup_hook(env, onEnvironmentExit, wake, &wake->hook_);
  wake->holder_ = holder;
  *holder = wake;
}

void Wake::stop() {
  if (!holder_) return;
  *holder_ = nullptr;
  holder_ = nullptr;
  onWake_ = nullptr;
  uv_poll_stop(&poll_);
  uv_close(reinterpret_cast<uv_handle_t*>(&poll_), onClosed);
}

void Wake::onPoll(uv_poll_t* handle, int, int) {
  auto* wake = static_cast<Wake*>(handle->data);
  epoll_event ignored[2];
  while (epoll_wait(wake->epoll_, ignored, 2, 0) < 0 && errno == EINTR) {
  }
  if (wake->onWake_) wake->onWake_();
}

void Wake::onClosed(uv_handle_t* handle) {
  auto* wake = static_cast<Wake*>(handle->data);
  ::close(wake->epoll_);
  if (wake->hook_) napi_remove_async_cleanup_hook(wake->hook_);
  delete wake;
}

void Wake::onEnvironmentExit(napi_async_cleanup_hook_handle, void* data) {
  static_cast<Wake*>(data)->stop();
}

}  // namespace connwatch
