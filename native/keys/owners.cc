// SPDX-License-Identifier: Apache-2.0
#include "native/keys/owners.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

#include "native/keys/command.h"

namespace connwatch {
namespace {

// An image is kept for this many cuts after its end, because its last sockets close later.
constexpr uint32_t kCutsKept = 2;
// It is also kept until a scan that began after its end has found its listeners, but not for more cuts than this,
constexpr uint32_t kCutsForScan = 60;
// and not if so many wait.
constexpr size_t kWaiting = 8192;
// Reads of /proc/PID/cmdline between two cuts, after the first one.
constexpr uint32_t kCmdlinesPerCut = 512;
// Look-ups in /proc at one cut: less than 5 ms.
constexpr uint32_t kSweepStep = 1024;

std::string_view text(const uint8_t* bytes, size_t most) {
  const char* name = reinterpret_cast<const char*>(bytes);
  return {name, strnlen(name, most)};
}

bool isAlive(uint32_t pid) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%u", pid);
  return access(path, F_OK) == 0;
}

}  // namespace

// The kernel's own sockets count as those of a process with pid 0, which never exits.
Owners::Owners(Workloads& workloads, uint32_t places) : workloads_(workloads), places_(places) {
  cw_process kernel{};
  kernel.owner = CW_OWNER_KERNEL;
  memcpy(kernel.comm, "[kernel]", 8);
  memcpy(kernel.exe, "[kernel]", 8);
  learn(kernel);
}

// Records come from few processes at a time, so the last ones are remembered.
Owners::Image* Owners::find(cw_owner owner) {
  Recent& recent = recent_[(owner ^ owner >> 32) % kRecent];
  if (recent.image && recent.owner == owner) return recent.image;
  auto found = images_.find(owner);
  if (found == images_.end()) return nullptr;
  recent = {owner, &found->second};
  return recent.image;
}

uint32_t Owners::imageProcess(cw_owner owner) const {
  auto found = images_.find(owner);
  return found == images_.end() ? 0 : found->second.process;
}

uint32_t Owners::imageWorkload(cw_owner owner) const {
  auto found = images_.find(owner);
  return found == images_.end() ? 0 : found->second.workload;
}

const Process* Owners::at(uint32_t number) const {
  return number < processes_.size() && processes_[number].images > 0 ? &processes_[number] : nullptr;
}

// The name of its workload: see workloads.h. A process from before the agent, or whose parent may be, is asked for its arguments.
std::string Owners::nameOf(const cw_process& record) {
  std::string name(text(record.exe, CW_EXE_LEN));
  std::string command;
  if (record.flags & CW_FLAG_COMMAND) {
    const cw_command& started = record.command;
    size_t length = std::min<size_t>(started.args_length, CW_ARGS_LEN);
    command = commandOf(name, text(started.file, CW_FILE_LEN), {reinterpret_cast<const char*>(started.args), length});
  } else if (record.pid && (record.start_time < commandsSince_ || (record.flags & CW_FLAG_FORKED)) && cmdlinesLeft_ > 0) {
    cmdlinesLeft_--;
    command = commandOf(name, {}, readArguments(record.pid));
  }
  return command.empty() ? name : name + '\0' + command;
}

void Owners::learn(const cw_process& record) {
  // The kernel reports a process twice if two of its threads send its record at the same time.
  if (images_.count(record.owner)) return;
  uint32_t workload = workloads_.of(Whose::kProcess, record.cgroup, nameOf(record));
  if (!known_.take(record.cgroup, workload)) return workloads_.forget(workload);
  workloads_.hold(workload);
  workloads_.began(workload);
  uint32_t number = processOf(record, workload);
  images_.emplace(record.owner, Image{number, workload, 0, cut_, scansBegun_});
  Process& process = processes_[number];
  process.images++;
  // The low half increases with every image. A lower number is a late record of an image that has ended.
  if (process.newest && static_cast<int32_t>(static_cast<uint32_t>(record.owner) -
                                             static_cast<uint32_t>(process.newest)) < 0) {
    leave(record.owner);
    return;
  }
  if (process.newest) leave(process.newest);
  process.newest = record.owner;
  memcpy(process.comm, record.comm, CW_COMM_LEN);
  process.fresh = true;
  if (process.placed) touch(number);
}

// The process of a record. Adds it if its pid and start time are not known.
uint32_t Owners::processOf(const cw_process& record, uint32_t workload) {
  auto [found, isNew] = byPid_.try_emplace(record.pid, 0);
  if (!isNew) {
    if (processes_[found->second].start == record.start_time) return found->second;
    end(found->second);
    found = byPid_.try_emplace(record.pid, 0).first;
  }
  uint32_t number;
  if (freeProcesses_.empty()) {
    number = static_cast<uint32_t>(processes_.size());
    processes_.push_back({});
  } else {
    number = freeProcesses_.back();
    freeProcesses_.pop_back();
  }
  processes_[number] = Process{};
  processes_[number].pid = record.pid;
  processes_[number].start = record.start_time;
  processes_[number].workload = workload;
  workloads_.hold(workload);
  found->second = number;
  return number;
}

void Owners::exit(cw_owner owner) {
  if (Image* image = find(owner)) end(image->process);
}

void Owners::end(uint32_t number) {
  Process& process = processes_[number];
  if (process.exited) return;
  process.exited = true;
  // Its sockets are closed after this, and their records come later.
  if (Image* image = find(process.newest)) image->used = cut_;
  leave(process.newest);
  auto found = byPid_.find(process.pid);
  if (found != byPid_.end() && found->second == number) byPid_.erase(found);
  if (process.placed || process.ended) touch(number);
}

uint32_t Owners::workload(cw_owner owner, uint64_t cgroup) {
  if (owner == 0) return workloads_.of(Whose::kUnknown, cgroup, {});
  if (owner == CW_OWNER_KERNEL) return workloads_.of(Whose::kKernel, cgroup, {});
  if (owner == CW_OWNER_FOLDED) return workloads_.of(Whose::kFolded, cgroup, {});
  Image* image = find(owner);
  if (!image)
    return workloads_.of(Whose::kUntold, cgroup, {reinterpret_cast<const char*>(&owner), sizeof owner});
  image->used = cut_;
  if (workloads_.cgroup(image->workload) == cgroup) return image->workload;
  if (image->other && workloads_.cgroup(image->other) == cgroup) return image->other;
  // The process has moved to another cgroup, or has sockets from before the move. Both workloads run
  // as long as the process does; of more than two cgroups, the last one counts.
  uint32_t other = workloads_.of(Whose::kProcess, cgroup, workloads_.name(image->workload));
  workloads_.hold(other);
  workloads_.began(other);
  if (uint32_t before = std::exchange(image->other, other)) {
    workloads_.ended(before);
    workloads_.drop(before);
  }
  return other;
}

void Owners::touch(uint32_t number) {
  if (std::exchange(processes_[number].touched, true)) return;
  touched_.push_back(number);
}

void Owners::count(cw_owner owner, uint32_t ended, uint32_t pending) {
  Image* image = find(owner);
  if (image) {
    processes_[image->process].ended += ended;
    processes_[image->process].pending += pending;
    touch(image->process);
  } else if (owner >= CW_OWNER_FIRST && (untold_.size() < kUntold || untold_.count(owner))) {
    Counts& counts = untold_[owner];
    counts.ended += ended;
    counts.pending += pending;
  } else {
    others_.ended += ended;
    others_.pending += pending;
  }
}

void Owners::takeUntold() {
  for (auto [owner, counts] : std::exchange(untold_, {})) {
    if (find(owner)) {
      count(owner, counts.ended, counts.pending);
    } else {
      others_.ended += counts.ended;
      others_.pending += counts.pending;
    }
  }
}

void Owners::cut() {
  rows_.clear();
  cmdlinesLeft_ = std::max(cmdlinesLeft_, kCmdlinesPerCut);
  takeUntold();
  sweepSome();
  for (uint32_t number : std::exchange(touched_, {})) tell(number);
  forgetGone();
  cut_++;
}

void Owners::leave(cw_owner owner) {
  if (Image* image = find(owner)) image->scan = scansBegun_;
  leaving_.push_back(owner);
}

bool Owners::isOver(const Image& image) const {
  uint32_t cuts = cut_ - image.used;
  if (cuts < kCutsKept) return false;
  bool looked = scansBegun_ == 0 || scansEnded_ > image.scan;
  return looked || cuts >= kCutsForScan || leaving_.size() > kWaiting;
}

void Owners::forgetGone() {
  std::vector<cw_owner> staying;
  for (cw_owner owner : leaving_) {
    Image* image = find(owner);
    if (!image) continue;
    if (!isOver(*image)) {
      staying.push_back(owner);
      continue;
    }
    Image gone = *image;
    images_.erase(owner);
    recent_ = {};
    forgetImage(gone);
  }
  leaving_ = std::move(staying);
}

void Owners::tell(uint32_t number) {
  Process& process = processes_[number];
  process.touched = false;
  uint32_t ended = std::exchange(process.ended, 0);
  uint32_t pending = std::exchange(process.pending, 0);
  if (!process.placed && (ended || pending)) {
    process.placed = places_.take(workloads_.cgroup(process.workload), process.workload);
    process.fresh = true;
  }
  if (!process.placed) {
    others_.ended += ended;
    others_.pending += pending;
    return;
  }
  uint32_t flags = (process.fresh ? ProcessRow::kFresh : 0) | (process.exited ? ProcessRow::kExited : 0);
  process.fresh = false;
  rows_.push_back({number, ended, pending, flags});
}

void Owners::forgetImage(const Image& image) {
  known_.give(workloads_.cgroup(image.workload), image.workload);
  Process& process = processes_[image.process];
  if (--process.images == 0) {
    if (process.placed) places_.give(workloads_.cgroup(process.workload), process.workload);
    workloads_.drop(process.workload);
    process = Process{};
    freeProcesses_.push_back(image.process);
  }
  for (uint32_t workload : {image.workload, image.other}) {
    if (!workload) continue;
    workloads_.ended(workload);
    workloads_.drop(workload);
  }
}

void Owners::sweepSome() {
  for (uint32_t step = 0; step < kSweepStep && sweepLeft_ > 0; step++, sweepLeft_--) {
    sweepAt_ = sweepAt_ + 1 < processes_.size() ? sweepAt_ + 1 : 1;
    if (sweepAt_ >= processes_.size()) return;
    const Process& process = processes_[sweepAt_];
    if (process.pid && !process.exited && !isAlive(process.pid)) end(sweepAt_);
  }
}

}  // namespace connwatch
