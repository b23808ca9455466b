// SPDX-License-Identifier: Apache-2.0
#include "native/program/layout.h"

#include <bpf/btf.h>

#include <cstring>

#include "bpf/event.h"

namespace connwatch {
namespace {

#define FIELD(type, name) Field{#name, offsetof(type, name)}

const std::vector<Field> kEvent = {
    FIELD(cw_event, version),    FIELD(cw_event, kind),
    FIELD(cw_event, flags),      FIELD(cw_event, netns),
    FIELD(cw_event, time),       FIELD(cw_event, cookie),
    FIELD(cw_event, owner),      FIELD(cw_event, cgroup),
    FIELD(cw_event, raddr),      FIELD(cw_event, lport),
    FIELD(cw_event, rport),      FIELD(cw_event, error),
    FIELD(cw_event, reserved),   FIELD(cw_event, duration),
    FIELD(cw_event, outcome),    FIELD(cw_event, role),
    FIELD(cw_event, syn_retransmits), FIELD(cw_event, state),
    FIELD(cw_event, srtt_us),    FIELD(cw_event, bytes_sent),
    FIELD(cw_event, bytes_received), FIELD(cw_event, data_retransmits),
    FIELD(cw_event, handshake),
};
const std::vector<Field> kProcess = {
    FIELD(cw_process, version), FIELD(cw_process, kind),       FIELD(cw_process, flags),
    FIELD(cw_process, pid),     FIELD(cw_process, time),       FIELD(cw_process, owner),
    FIELD(cw_process, start_time), FIELD(cw_process, cgroup),  FIELD(cw_process, comm),
    FIELD(cw_process, exe),     FIELD(cw_process, command),
};
const std::vector<Field> kConn = {
    FIELD(cw_conn, cookie),  FIELD(cw_conn, opened), FIELD(cw_conn, since), FIELD(cw_conn, owner),
    FIELD(cw_conn, cgroup),  FIELD(cw_conn, raddr), FIELD(cw_conn, netns), FIELD(cw_conn, state),
    FIELD(cw_conn, role),    FIELD(cw_conn, flags), FIELD(cw_conn, rport), FIELD(cw_conn, lport),
    FIELD(cw_conn, segs_out), FIELD(cw_conn, sent_told), FIELD(cw_conn, received_told),
    FIELD(cw_conn, retransmits_told), FIELD(cw_conn, seen), FIELD(cw_conn, syn_retransmits),
    FIELD(cw_conn, reserved), FIELD(cw_conn, local_port), FIELD(cw_conn, srtt_us),
    FIELD(cw_conn, receive_queue), FIELD(cw_conn, send_queue), FIELD(cw_conn, spare), FIELD(cw_conn, sock),
};
const std::vector<Field> kListen = {
    FIELD(cw_listen, version), FIELD(cw_listen, kind),   FIELD(cw_listen, flags),
    FIELD(cw_listen, netns),   FIELD(cw_listen, time),   FIELD(cw_listen, cookie),
    FIELD(cw_listen, owner),   FIELD(cw_listen, cgroup), FIELD(cw_listen, lport),
    FIELD(cw_listen, reserved), FIELD(cw_listen, queue), FIELD(cw_listen, limit),
    FIELD(cw_listen, overflows), FIELD(cw_listen, drops), FIELD(cw_listen, synack_retransmits),
};
const std::vector<Field> kCgroup = {
    FIELD(cw_cgroup, version), FIELD(cw_cgroup, kind), FIELD(cw_cgroup, flags),
    FIELD(cw_cgroup, length),  FIELD(cw_cgroup, time), FIELD(cw_cgroup, id),
    FIELD(cw_cgroup, v1_length), FIELD(cw_cgroup, reserved), FIELD(cw_cgroup, names), FIELD(cw_cgroup, v1_names),
};
const std::vector<Field> kNetns = {
    FIELD(cw_netns, version), FIELD(cw_netns, kind), FIELD(cw_netns, reserved),
    FIELD(cw_netns, netns),   FIELD(cw_netns, inode), FIELD(cw_netns, pid),
};
const std::vector<Field> kFold = {
    FIELD(cw_fold, count),           FIELD(cw_fold, bytes_sent), FIELD(cw_fold, bytes_received),
    FIELD(cw_fold, data_retransmits), FIELD(cw_fold, syn_retransmits),
    FIELD(cw_fold, resets_in),       FIELD(cw_fold, resets_out),
};

std::string compare(const btf* types, const char* name, size_t size,
                    const std::vector<Field>& fields) {
  std::string what = std::string("struct ") + name + " of the BPF object ";
  int id = btf__find_by_name_kind(types, name, BTF_KIND_STRUCT);
  if (id < 0) return what + "is missing";
  const btf_type* type = btf__type_by_id(types, id);
  if (type->size != size)
    return what + "has " + std::to_string(type->size) + " bytes, this addon expects " +
           std::to_string(size);
  if (btf_vlen(type) != fields.size()) return what + "has another number of fields";
  const btf_member* member = btf_members(type);
  for (size_t i = 0; i < fields.size(); i++) {
    const char* found = btf__name_by_offset(types, member[i].name_off);
    size_t offset = btf_member_bit_offset(type, static_cast<uint32_t>(i)) / 8;
    if (strcmp(found, fields[i].name) || offset != fields[i].offset)
      return what + "has field " + found + " at offset " + std::to_string(offset) +
             ", this addon expects " + fields[i].name + " at " + std::to_string(fields[i].offset);
  }
  return "";
}

}  // namespace

const std::vector<Field>& eventFields() { return kEvent; }

std::string checkLayout(const btf* types) {
  if (!types) return "the BPF object carries no type information (BTF)";
  std::string wrong = compare(types, "cw_event", sizeof(cw_event), kEvent);
  if (wrong.empty()) wrong = compare(types, "cw_process", sizeof(cw_process), kProcess);
  if (wrong.empty()) wrong = compare(types, "cw_conn", sizeof(cw_conn), kConn);
  if (wrong.empty()) wrong = compare(types, "cw_listen", sizeof(cw_listen), kListen);
  if (wrong.empty()) wrong = compare(types, "cw_cgroup", sizeof(cw_cgroup), kCgroup);
  if (wrong.empty()) wrong = compare(types, "cw_netns", sizeof(cw_netns), kNetns);
  if (wrong.empty()) wrong = compare(types, "cw_fold", sizeof(cw_fold), kFold);
  return wrong;
}

}  // namespace connwatch
