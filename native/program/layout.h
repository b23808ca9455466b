// SPDX-License-Identifier: Apache-2.0
// The record layout that this addon was compiled with, to compare with the BPF object and with layout.ts.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

struct btf;

namespace connwatch {

struct Field {
  const char* name;
  size_t offset;
};

// Fields of struct cw_event.
const std::vector<Field>& eventFields();
// Empty if struct cw_event, cw_process and cw_conn of the BPF object have our layout; otherwise
// the first field that differs.
std::string checkLayout(const btf* types);

}  // namespace connwatch
