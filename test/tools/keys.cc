// SPDX-License-Identifier: Apache-2.0
/*
 * The addon's key table without the kernel: does what lines of standard input say,
 * and answers each with a line.
 *
 *   process OWNER PID START CGROUP NAME   a process is told                 -> its image is known: 0 or 1
 *   exit OWNER                            it has exited                     -> 0
 *   connect OWNER CGROUP NETNS HOST PORT COOKIE   a connect has ended       -> number fold cgroup netns name
 *   pending OWNER CGROUP NETNS HOST PORT COOKIE   one is pending at the cut -> the same
 *   begin                                 the pending ones follow           -> 0
 *   cut                                   the end of a window               -> live keys, images, ended, pending, gone
 *   release NUMBER                        nobody refers to it any more      -> live keys
 */
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "native/keys/details.h"

using namespace connwatch;

namespace {

void printKey(KeyTable& table, uint32_t id) {
  KeyDetails details;
  if (!writeKey(table, id, &details)) abort();
  printf("%u %u %" PRIu64 " %u %.*s\n", id, details.fold, details.cgroup, details.netns, details.nameLength,
         reinterpret_cast<const char*>(details.name));
}

void cut(KeyTable& table) {
  Owners& owners = table.owners();
  owners.cut();
  uint64_t ended = 0, pending = 0;
  for (const ProcessRow& row : owners.rows()) {
    ended += row.ended;
    pending += row.pending;
  }
  size_t rows = owners.rows().size();
  Owners::Counts others = owners.takeOthers();
  printf("%u %zu %" PRIu64 " %" PRIu64 " %zu %zu %zu\n", table.live(), owners.size(), ended + others.ended,
         pending + others.pending, table.workloads().takeGone().size(), rows, table.workloads().size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  KeyTable table(static_cast<uint32_t>(atoi(argv[1])));
  table.owners().setCommandsSince(0);
  char line[512], word[16], name[256];
  while (fgets(line, sizeof line, stdin)) {
    uint64_t owner = 0, cgroup = 0, start = 0, cookie = 0;
    uint32_t netns = 0, host = 0, port = 0, pid = 0;
    name[0] = 0;
    if (sscanf(line, "%15s", word) != 1) return 2;
    std::string what = word;
    if (what == "process") {
      sscanf(line, "%*s %" SCNu64 " %u %" SCNu64 " %" SCNu64 " %255s", &owner, &pid, &start, &cgroup, name);
      cw_process record{};
      record.owner = owner;
      record.pid = pid;
      record.start_time = start;
      record.cgroup = cgroup;
      memcpy(record.exe, name, strlen(name));
      table.owners().learn(record);
      printf("%d\n", table.owners().imageWorkload(owner) != 0);
    } else if (what == "exit") {
      sscanf(line, "%*s %" SCNu64, &owner);
      table.owners().exit(owner);
      printf("0\n");
    } else if (what == "connect" || what == "pending") {
      sscanf(line, "%*s %" SCNu64 " %" SCNu64 " %u %u %u %" SCNu64, &owner, &cgroup, &netns, &host, &port, &cookie);
      cw_event event{};
      cw_conn conn{};
      event.owner = conn.owner = owner;
      event.cgroup = conn.cgroup = cgroup;
      event.netns = conn.netns = netns;
      event.rport = conn.rport = static_cast<uint16_t>(port);
      event.cookie = conn.cookie = cookie;
      event.role = conn.role = CW_ROLE_CLIENT;
      memcpy(event.raddr, &host, sizeof host);
      memcpy(conn.raddr, &host, sizeof host);
      printKey(table, what == "connect" ? table.connected(event) : table.pending(conn));
    } else if (what == "begin") {
      table.beginPending();
      printf("0\n");
    } else if (what == "cut") {
      cut(table);
    } else if (what == "release") {
      sscanf(line, "%*s %u", &port);
      table.release(port);
      printf("%u\n", table.live());
    } else {
      return 2;
    }
    fflush(stdout);
  }
  return 0;
}
