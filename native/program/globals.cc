// SPDX-License-Identifier: Apache-2.0
#include "native/program/globals.h"

#include <cstring>
#include <type_traits>

namespace connwatch {

void* variable(const btf* types, const char* sectionName, const char* name, uint8_t* memory) {
  int section = btf__find_by_name_kind(types, sectionName, BTF_KIND_DATASEC);
  if (section < 0 || !memory) return nullptr;
  const btf_type* type = btf__type_by_id(types, section);
  const btf_var_secinfo* info = btf_var_secinfos(type);
  for (int i = 0; i < btf_vlen(type); i++, info++) {
    const btf_type* var = btf__type_by_id(types, info->type);
    if (!strcmp(btf__name_by_offset(types, var->name_off), name)) return memory + info->offset;
  }
  return nullptr;
}

bool findGlobals(const btf* types, uint8_t* bss, Globals& globals) {
  bool all = true;
  auto find = [&](const char* name, auto*& to) {
    to = static_cast<std::remove_reference_t<decltype(to)>>(variable(types, ".bss", name, bss));
    all = all && to;
  };
  find("armed", globals.armed);
  find("immediate", globals.immediate);
  find("fallbacks", globals.fallbacks);
  find("fallback_reading", globals.fallbackReading);
  find("fallback_ends", globals.fallbackEnds);
  find("fallbacks_ended", globals.fallbacksEnded);
  find("scan", globals.scan);
  find("scanned", globals.scanned);
  find("parents_found", globals.parentsFound);
  find("clones", globals.clones);
  find("kept_cgroups", globals.keptCgroups);
  return all;
}

}  // namespace connwatch
