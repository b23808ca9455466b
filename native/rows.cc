// SPDX-License-Identifier: Apache-2.0
#include "native/rows.h"

#include <array>
#include <cstring>

#include "native/clock.h"

namespace connwatch {
namespace {

Napi::Value number(Napi::Env env, uint64_t value) {
  return Napi::Number::New(env, static_cast<double>(value));
}

Napi::Float64Array numbers(Napi::Env env, const uint64_t* values, size_t count) {
  auto array = Napi::Float64Array::New(env, count);
  for (size_t i = 0; i < count; i++) array[i] = static_cast<double>(values[i]);
  return array;
}

// Copies rows of `width` numbers, one after the other.
template <typename Row, typename Fill>
Napi::Float64Array table(Napi::Env env, const std::vector<Row>& rows, size_t width, Fill fill) {
  auto array = Napi::Float64Array::New(env, rows.size() * width);
  size_t at = 0;
  for (const Row& row : rows)
    for (uint64_t value : fill(row)) array[at++] = static_cast<double>(value);
  return array;
}

template <typename Array, typename T>
Array copied(Napi::Env env, const std::vector<T>& values) {
  auto array = Array::New(env, values.size());
  if (!values.empty()) memcpy(array.Data(), values.data(), values.size() * sizeof(T));
  return array;
}

// Makes an object for each item; `fill` sets its properties.
template <typename Item, typename Fill>
Napi::Value objects(Napi::Env env, const std::vector<Item>& items, Fill fill) {
  auto list = Napi::Array::New(env, items.size());
  uint32_t index = 0;
  for (const Item& item : items) {
    auto row = Napi::Object::New(env);
    fill(row, item);
    list.Set(index++, row);
  }
  return list;
}

Napi::Value toProbes(Napi::Env env, const std::vector<Probe>& probes) {
  return objects(env, probes, [](Napi::Object& row, const Probe& probe) {
    row.Set("name", probe.name);
    row.Set("mechanism", probe.mechanism);
    row.Set("required", probe.required);
    row.Set("attached", probe.attached);
  });
}

}  // namespace

Napi::Value toRows(Napi::Env env, const std::vector<LiveRow>& rows) {
  auto key = Napi::Uint32Array::New(env, rows.size());
  auto state = Napi::Uint8Array::New(env, rows.size());
  auto count = Napi::Uint32Array::New(env, rows.size());
  for (size_t i = 0; i < rows.size(); i++) {
    key[i] = rows[i].key;
    state[i] = static_cast<uint8_t>(rows[i].state);
    count[i] = rows[i].count;
  }
  auto result = Napi::Object::New(env);
  result.Set("rows", number(env, rows.size()));
  result.Set("key", key);
  result.Set("state", state);
  result.Set("count", count);
  return result;
}

Napi::Value toRows(Napi::Env env, const std::vector<ListenRow>& rows) {
  auto key = Napi::Uint32Array::New(env, rows.size());
  auto owners = Napi::Uint32Array::New(env, 2 * rows.size());
  for (size_t i = 0; i < rows.size(); i++) {
    key[i] = rows[i].key;
    owners[2 * i] = static_cast<uint32_t>(rows[i].owner);
    owners[2 * i + 1] = static_cast<uint32_t>(rows[i].owner >> 32);
  }
  auto result = Napi::Object::New(env);
  result.Set("rows", number(env, rows.size()));
  result.Set("key", key);
  result.Set("owners", owners);
  result.Set("values", table(env, rows, 6, [](const ListenRow& row) {
               return std::array<uint64_t, 6>{row.sockets,   row.queue, row.limit,
                                              row.overflows, row.drops, row.synackRetransmits};
             }));
  return result;
}

Napi::Value toRows(Napi::Env env, const std::vector<FoldRow>& rows) {
  auto what = Napi::Uint8Array::New(env, rows.size());
  for (size_t i = 0; i < rows.size(); i++) what[i] = static_cast<uint8_t>(rows[i].what);
  auto result = Napi::Object::New(env);
  result.Set("rows", number(env, rows.size()));
  result.Set("what", what);
  result.Set("count", table(env, rows, 1, [](const FoldRow& row) { return std::array<uint64_t, 1>{row.amount.count}; }));
  return result;
}

Napi::Value toRows(Napi::Env env, const Counts& counts) {
  auto result = Napi::Object::New(env);
  result.Set("rows", number(env, counts.keys().size()));
  result.Set("keys", copied<Napi::Uint32Array>(env, counts.keys()));
  result.Set("counts", copied<Napi::Uint32Array>(env, counts.counts()));
  result.Set("sums", copied<Napi::Float64Array>(env, counts.sums()));
  if (!counts.exponential().empty()) result.Set("exponential", copied<Napi::Uint32Array>(env, counts.exponential()));
  return result;
}

Napi::Value toRows(Napi::Env env, Owners& owners) {
  const std::vector<ProcessRow>& rows = owners.rows();
  auto column = [&](auto field) {
    auto values = Napi::Uint32Array::New(env, rows.size());
    for (size_t i = 0; i < rows.size(); i++) values[i] = rows[i].*field;
    return values;
  };
  Owners::Counts others = owners.takeOthers();
  auto result = Napi::Object::New(env);
  result.Set("rows", number(env, rows.size()));
  result.Set("process", column(&ProcessRow::process));
  result.Set("ended", column(&ProcessRow::ended));
  result.Set("pending", column(&ProcessRow::pending));
  result.Set("flags", column(&ProcessRow::flags));
  result.Set("othersEnded", number(env, others.ended));
  result.Set("othersPending", number(env, others.pending));
  return result;
}

Napi::Value toList(Napi::Env env, const std::vector<CgroupNames>& cgroups) {
  auto bytes = [env](const std::string& names) {
    return Napi::Buffer<uint8_t>::Copy(env, reinterpret_cast<const uint8_t*>(names.data()), names.size());
  };
  return objects(env, cgroups, [env, bytes](Napi::Object& row, const CgroupNames& cgroup) {
    row.Set("id", Napi::BigInt::New(env, cgroup.id));
    row.Set("cutOff", cgroup.cutOff);
    row.Set("names", bytes(cgroup.names));
    row.Set("cutOffV1", cgroup.cutOffV1);
    row.Set("namesV1", bytes(cgroup.namesV1));
  });
}

Napi::Value toRows(Napi::Env env, const std::vector<LiveSocket>& sockets) {
  auto result = Napi::Object::New(env);
  result.Set("rows", number(env, sockets.size()));
  uint64_t now = monotonic();
  result.Set("values", table(env, sockets, 16, [now](const LiveSocket& socket) {
    const cw_conn& conn = socket.conn;
    bool scanned = conn.seen != 0;
    uint64_t since = conn.opened & ~CW_COUNTED ? conn.opened : conn.since;
    auto told = [](uint64_t value) { return value == CW_TOLD_ALL ? 0 : value; };
    return std::array<uint64_t, 16>{socket.key, conn.owner & 0xffffffff, conn.owner >> 32, conn.netns, conn.state,
                                    conn.role, conn.flags, conn.rport,
                                    scanned ? conn.local_port : conn.lport, now > since ? now - since : 0,
                                    told(conn.sent_told), told(conn.received_told), conn.retransmits_told,
                                    scanned ? conn.srtt_us : 0, scanned ? conn.receive_queue : 0,
                                    scanned ? conn.send_queue : 0};
  }));
  auto addresses = Napi::Uint8Array::New(env, sockets.size() * CW_ADDR_LEN);
  for (size_t i = 0; i < sockets.size(); i++)
    memcpy(addresses.Data() + i * CW_ADDR_LEN, sockets[i].conn.raddr, CW_ADDR_LEN);
  result.Set("addresses", addresses);
  return result;
}

Napi::Value toTriples(Napi::Env env, const std::vector<cw_netns>& namespaces) {
  auto triples = Napi::Uint32Array::New(env, namespaces.size() * 3);
  for (size_t i = 0; i < namespaces.size(); i++) {
    triples[3 * i] = namespaces[i].netns;
    triples[3 * i + 1] = namespaces[i].inode;
    triples[3 * i + 2] = namespaces[i].pid;
  }
  return triples;
}

Napi::Value toNumbers(Napi::Env env, const std::vector<uint64_t>& values) {
  auto list = Napi::BigUint64Array::New(env, values.size());
  for (size_t i = 0; i < values.size(); i++) list[i] = values[i];
  return list;
}

Napi::Value toNumbers(Napi::Env env, const std::vector<uint32_t>& values) {
  return copied<Napi::Uint32Array>(env, values);
}

Bounds toBounds(Napi::Value value) {
  if (!value.IsObject()) return {};
  auto object = value.As<Napi::Object>();
  auto list = [&](const char* name) {
    auto array = object.Get(name).As<Napi::Array>();
    std::vector<double> values(array.Length());
    for (uint32_t i = 0; i < array.Length(); i++) values[i] = array.Get(i).ToNumber().DoubleValue();
    return values;
  };
  return {list("handshake"), list("life")};
}

Napi::Value toStats(Napi::Env env, Drain& drain, Program& program, const Ring& ring) {
  const DrainTotals& totals = drain.batch().totals();
  auto result = Napi::Object::New(env);
  result.Set("lost", numbers(env, drain.folds().losses(), CW_LOSSES));
  result.Set("unfolded", numbers(env, drain.folds().unfolded().data(), CW_LOSS_CLASSES));
  result.Set("seen", numbers(env, totals.seen, CW_KIND_MAX));
  result.Set("late", number(env, totals.late));
  result.Set("undecodable", number(env, totals.undecodable));
  result.Set("recursion", number(env, program.recursionMisses()));
  result.Set("probes", toProbes(env, program.probes()));
  result.Set("scanAge", number(env, monotonic() - drain.scan().completed()));
  result.Set("ringUsed", number(env, ring.used()));
  result.Set("ringSize", number(env, ring.size()));
  return result;
}

}  // namespace connwatch
