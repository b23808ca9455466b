// SPDX-License-Identifier: Apache-2.0
// The BPF object: opens it, checks its layout, loads and attaches its programs, and releases them.
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bpf/event.h"
#include "native/error.h"
#include "native/program/globals.h"
#include "native/program/mapping.h"
#include "native/program/sync_hook.h"

namespace connwatch {

struct ProgramConfig {
  std::string path;
  uint32_t ringSize;
  uint32_t connSlots;
  std::string syncFailures;  // auto, syscall, off

  bool operator==(const ProgramConfig& other) const {
    return path == other.path && ringSize == other.ringSize && connSlots == other.connSlots &&
           syncFailures == other.syncFailures;
  }
};

struct Probe {
  std::string name;
  std::string mechanism;
  bool required;
  bool attached;
  int error;
};

class Program {
 public:
  Program() = default;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  std::optional<Failure> load(const ProgramConfig& config);
  // immediate: each success and each accept has a record of its own, when it happens.
  std::optional<Failure> attach(bool immediate);

  int mapFd(const char* name) const;
  // Bytes; at least the requested size.
  uint32_t ringSize() const { return ringSize_; }
  // A lower rung: the live sockets are in a hash, which no cut marks, and every record comes at once.
  bool isLower() const { return lower_; }
  // Copies the live sockets of a lower rung. Returns 0 or an errno.
  int readConns(std::vector<cw_conn>& into) const;
  // Maps the table of live sockets, cw_conn, which a cut reads and marks. It is mapped only during a cut, because
  // mapped memory counts as memory of this process.
  Mapping mapSlots() const;
  uint32_t slotCount() const { return slotCount_; }
  const Globals& globals() const { return globals_; }
  std::vector<Probe> probes() const;
  bool isAttached(const std::string& name) const;
  // Reads the start records that are in socket storage. Readings 0, 1 and 2 skip others, if any. Returns 0 or an errno.
  int readFallback(uint32_t reading, std::vector<cw_conn>& into) const;
  // Scans the sockets of all file descriptors. Writes cw_event of kind FLOW and cw_listen, one after the
  // other. Returns 0 or an errno.
  int scan(std::vector<uint8_t>& into) const;
  // Frees the slots whose sockets are gone, and writes a cw_event of kind CLOSE or CONNECT for each. Call it after
  // a scan. Returns 0 or an errno.
  int sweep(std::vector<uint8_t>& into) const;
  // Sums the per-CPU loss counters; `totals` has CW_LOSSES elements.
  int readLosses(uint64_t* totals) const;
  // How often the kernel skipped a program because it was already running on its CPU, without another program that
  // repairs it. The first time that the state program is skipped, this attaches connwatch_error for better repairs.
  uint64_t recursionMisses();

 private:
  std::optional<Failure> open(const ProgramConfig& config);
  std::optional<Failure> configure(const ProgramConfig& config);
  bool isRequired(const std::string& name, const std::string& section) const;
  // Of a refused load: leaves out the program that the kernel refused. False if the agent needs it.
  bool leaveOut(const std::string& log);
  std::optional<Failure> mapShared();
  void dropTypes();
  void attachErrorProgram();
  // Attaches one program; returns 0 or an errno.
  int attachOne(bpf_program* program, const std::string& name);

  struct CloseObject {
    void operator()(bpf_object* object) const { bpf_object__close(object); }
  };
  struct DestroyLink {
    void operator()(bpf_link* link) const { bpf_link__destroy(link); }
  };
  std::unique_ptr<bpf_object, CloseObject> object_;
  uint32_t ringSize_ = 0;
  uint32_t slotCount_ = 0;
  int cpus_ = 0;
  bool lower_ = false;
  std::vector<std::string> leftOut_;  // optional programs that the kernel refused
  std::optional<Mapping> bss_;
  bool errorProgramTried_ = false;
  Globals globals_{};
  std::vector<Probe> probes_;
  std::vector<std::unique_ptr<bpf_link, DestroyLink>> links_;
  std::unique_ptr<bpf_link, DestroyLink> fallbackIterator_;
  std::unique_ptr<bpf_link, DestroyLink> scanIterator_;
  std::unique_ptr<bpf_link, DestroyLink> sweepIterator_;
  SyncHook syncHook_ = SyncHook::kOff;
};

}  // namespace connwatch
