// SPDX-License-Identifier: Apache-2.0
#include "native/program/netns.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace connwatch {
namespace {

constexpr int kNetnsCookie = 71;  // SO_NETNS_COOKIE, include/uapi/asm-generic/socket.h

}  // namespace

Netns ownNetns() {
  uint64_t cookie = 0;
  socklen_t length = sizeof cookie;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool known = fd >= 0 && !getsockopt(fd, SOL_SOCKET, kNetnsCookie, &cookie, &length);
  if (fd >= 0) close(fd);
  if (known) return {static_cast<uint32_t>(cookie), false};
  struct stat status {};
  stat("/proc/self/ns/net", &status);
  return {static_cast<uint32_t>(status.st_ino), true};
}

}  // namespace connwatch
