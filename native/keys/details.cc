// SPDX-License-Identifier: Apache-2.0
#include "native/keys/details.h"

#include <algorithm>
#include <cstring>

namespace connwatch {
namespace {

// The workload of an identity. If the owner's record has arrived since, it is the owner's workload.
uint32_t workloadOf(KeyTable& table, const Identity& identity) {
  Workloads& workloads = table.workloads();
  if (!identity.workload || workloads.whose(identity.workload) != Whose::kUntold) return identity.workload;
  cw_owner owner;
  memcpy(&owner, workloads.name(identity.workload).data(), sizeof owner);
  return table.owners().imageWorkload(owner);
}

}  // namespace

bool writeKey(KeyTable& table, uint32_t id, void* to) {
  if (!table.holds(id)) return false;
  const Identity& identity = table.at(id);
  KeyDetails details{};
  details.cgroup = identity.cgroup;
  memcpy(details.address, identity.address, CW_ADDR_LEN);
  details.netns = identity.netns;
  details.port = identity.port;
  details.role = identity.role;
  details.fold = static_cast<uint8_t>(identity.fold);
  if (uint32_t workload = workloadOf(table, identity)) {
    Whose whose = table.workloads().whose(workload);
    std::string_view name = table.workloads().name(workload);
    details.whose = static_cast<uint8_t>(whose);
    details.workload = whose == Whose::kProcess ? workload : 0;
    details.nameLength = static_cast<uint16_t>(std::min(name.size(), kNameLength));
    memcpy(details.name, name.data(), details.nameLength);
  }
  memcpy(to, &details, sizeof details);
  return true;
}

bool writeProcess(KeyTable& table, uint32_t number, void* to) {
  const Process* process = table.owners().at(number);
  if (!process) return false;
  ProcessDetails details{};
  details.start = process->start;
  details.cgroup = table.workloads().cgroup(process->workload);
  details.pid = process->pid;
  memcpy(details.comm, process->comm, CW_COMM_LEN);
  memcpy(to, &details, sizeof details);
  return true;
}

}  // namespace connwatch
