// SPDX-License-Identifier: Apache-2.0
// Writes what a number stands for into memory that JavaScript reads on demand. So no object is
// made for a key or a process that nobody asks for.
#pragma once

#include <cstddef>
#include <cstdint>

#include "native/keys/keys.h"

namespace connwatch {

constexpr size_t kNameLength = CW_EXE_LEN + CW_FILE_LEN;

// src/ebpf/keys/details.ts reads these two.
struct KeyDetails {
  uint64_t cgroup;
  uint8_t address[CW_ADDR_LEN];
  uint32_t netns;
  uint32_t workload;  // 0: no process of it is known
  uint16_t port;
  uint8_t role;
  uint8_t fold;
  uint8_t whose;  // kUntold: never
  uint8_t reserved;
  uint16_t nameLength;
  uint8_t name[kNameLength];  // workloads.h
};

struct ProcessDetails {
  uint64_t start;
  uint64_t cgroup;
  uint32_t pid;
  uint8_t comm[CW_COMM_LEN];
};

constexpr size_t kDetailsSize = sizeof(KeyDetails);
static_assert(offsetof(KeyDetails, name) == 40 && sizeof(KeyDetails) == 360, "as details.ts has it");
static_assert(offsetof(ProcessDetails, comm) == 20, "as details.ts has it");

// Returns false if the number is not in use.
bool writeKey(KeyTable& table, uint32_t id, void* to);
bool writeProcess(KeyTable& table, uint32_t number, void* to);

}  // namespace connwatch
