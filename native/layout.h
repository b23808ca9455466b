// SPDX-License-Identifier: Apache-2.0
// The record layout as this addon was compiled, to be compared with the other two.
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
// Empty when struct cw_event, cw_process and cw_conn of the BPF object are laid
// out as ours; else which field is not.
std::string checkLayout(const btf* types);

}  // namespace connwatch
