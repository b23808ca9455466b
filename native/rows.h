// SPDX-License-Identifier: Apache-2.0
// Copies the results of the drain into objects for JavaScript (src/ebpf/session.ts).
#pragma once

#include <napi.h>

#include <vector>

#include "native/drain/drain.h"

namespace connwatch {

// {rows, key, state, count}
Napi::Value toRows(Napi::Env env, const std::vector<LiveRow>& rows);
// {rows, key, owners, values}: `owners` has two words of each row, `values` has sockets, queue, limit, overflows, drops, synackRetransmits of each row.
Napi::Value toRows(Napi::Env env, const std::vector<ListenRow>& rows);
// {rows, what, count}: `what` is enum cw_loss_class.
Napi::Value toRows(Napi::Env env, const std::vector<FoldRow>& rows);
// {rows, keys, counts, sums}: as counts.h has them.
Napi::Value toRows(Napi::Env env, const Counts& counts);

// {rows, process, ended, pending, flags, othersEnded, othersPending}: flags of ProcessRow.
Napi::Value toRows(Napi::Env env, Owners& owners);
// [{id, cutOff, names, cutOffV1, namesV1}], names as bytes
Napi::Value toList(Napi::Env env, const std::vector<CgroupNames>& cgroups);

// {rows, values, addresses}: SOCKET_VALUES of src/ebpf/types.ts of each row, and 16 bytes.
Napi::Value toRows(Napi::Env env, const std::vector<LiveSocket>& sockets);

// Of {handshake, life}, arrays of numbers. undefined: none.
Bounds toBounds(Napi::Value value);

// A Uint32Array with netns, inode and pid of each namespace.
Napi::Value toTriples(Napi::Env env, const std::vector<cw_netns>& namespaces);

// A BigUint64Array.
Napi::Value toNumbers(Napi::Env env, const std::vector<uint64_t>& numbers);

// A Uint32Array.
Napi::Value toNumbers(Napi::Env env, const std::vector<uint32_t>& numbers);

// {lost, unfolded, seen, probes, late, undecodable, recursion, ringUsed, ringSize, scanAge}
Napi::Value toStats(Napi::Env env, Drain& drain, Program& program, const Ring& ring);

}  // namespace connwatch
