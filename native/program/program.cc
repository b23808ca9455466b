// SPDX-License-Identifier: Apache-2.0
#include "native/program/program.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "native/program/cgroup_v1.h"
#include "native/program/layout.h"
#include "native/program/netns.h"
#include "native/program/quiet.h"

namespace connwatch {
namespace {

constexpr const char* kStateProgram = "connwatch_state";
constexpr const char* kErrorProgram = "connwatch_error";
constexpr const char* kDestroyProgram = "connwatch_destroy";
constexpr const char* kExecProgram = "connwatch_exec";
constexpr const char* kForkProgram = "connwatch_fork";
constexpr const char* kFallbackProgram = "connwatch_fallback";
constexpr const char* kScanProgram = "connwatch_scan";
constexpr const char* kSweepProgram = "connwatch_sweep";

// Runs an iterator to its end and appends what it writes to `into`. Returns 0 or an errno.
int runIterator(const bpf_link* link, std::vector<uint8_t>& into) {
  int fd = bpf_iter_create(bpf_link__fd(link));
  if (fd < 0) return -fd;
  size_t filled = into.size();
  ssize_t got;
  do {
    into.resize(filled + 64 * 1024);
    got = read(fd, into.data() + filled, into.size() - filled);
    if (got > 0) filled += static_cast<size_t>(got);
  } while (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)));
  int error = got < 0 ? errno : 0;
  ::close(fd);
  into.resize(filled);
  return error;
}

Failure failure(const char* code, const char* stage, int error, const std::string& what,
                const LibbpfLog& log) {
  char reason[256];  // strerror does not know libbpf's own errors
  libbpf_strerror(error, reason, sizeof reason);
  return {code, stage, error, what + ": " + reason, log.text()};
}

std::string mechanismOf(const bpf_program* program) {
  std::string section = bpf_program__section_name(program);
  return section.substr(0, section.find('/'));
}

// Whether the kernel has this version or a later one; true if its version is unknown.
bool isSince(int major, int minor) {
  utsname system{};
  int found[2] = {0, 0};
  if (uname(&system) || sscanf(system.release, "%d.%d", &found[0], &found[1]) != 2) return true;
  return found[0] != major ? found[0] > major : found[1] >= minor;
}

}  // namespace

Program::~Program() {
  links_.clear();
  fallbackIterator_.reset();
  scanIterator_.reset();
  sweepIterator_.reset();
}

std::optional<Failure> Program::open(const ProgramConfig& config) {
  LibbpfLog log;
  object_.reset(bpf_object__open_file(config.path.c_str(), nullptr));
  if (!object_)
    return failure("CW_BPF_OPEN", "open", errno, "cannot read the BPF object " + config.path, log);
  if (std::string wrong = checkLayout(bpf_object__btf(object_.get())); !wrong.empty())
    return Failure{"CW_LAYOUT", "layout", 0, wrong, log.text()};
  return configure(config);
}

std::optional<Failure> Program::load(const ProgramConfig& config) {
  // The verifier gives up if a signal is pending (kernel/bpf/verifier.c, do_check), and libbpf after five attempts.
  Quiet quiet;
  cpus_ = libbpf_num_possible_cpus();
  if (cpus_ < 0) return failure("CW_BPF_LOAD", "load", -cpus_, "cannot read the number of processors", LibbpfLog());
  while (true) {
    if (auto failure = open(config)) return failure;
    LibbpfLog log;
    int error = bpf_object__load(object_.get());
    if (!error) break;
    if (!leaveOut(log.text())) return failure("CW_BPF_LOAD", "load", -error, "the kernel refused the BPF programs", log);
  }
  dropTypes();
  return mapShared();
}

// libbpf names the program first in each line about it, and the object is not usable after a failure.
bool Program::leaveOut(const std::string& log) {
  const std::string before = "prog '";
  size_t at = log.find("failed to load");
  at = log.rfind(before, at == std::string::npos ? log.size() : at);
  if (at == std::string::npos) return false;
  at += before.size();
  std::string name = log.substr(at, log.find('\'', at) - at);
  const bpf_program* program = bpf_object__find_program_by_name(object_.get(), name.c_str());
  if (!program || isRequired(name, bpf_program__section_name(program))) return false;
  if (std::find(leftOut_.begin(), leftOut_.end(), name) != leftOut_.end()) return false;
  leftOut_.push_back(name);
  return true;
}

// A program that the user asked for is required; one that was chosen automatically is not.
bool Program::isRequired(const std::string& name, const std::string& section) const {
  return name == kStateProgram || hookOf(section) == SyncHook::kSyscall;
}

// The kernel has the object's BTF; nobody asks for it through this descriptor again.
void Program::dropTypes() {
  btf* types = bpf_object__btf(object_.get());
  int fd = btf__fd(types);
  if (fd < 0) return;
  btf__set_fd(types, -1);
  ::close(fd);
}

// Sets sizes and constants, and selects the programs to load.
std::optional<Failure> Program::configure(const ProgramConfig& config) {
  slotCount_ = config.connSlots;
  bpf_map* events = bpf_object__find_map_by_name(object_.get(), "events");
  bpf_map* conns = bpf_object__find_map_by_name(object_.get(), "conns");
  if (!events || !conns) return Failure{"CW_LAYOUT", "layout", 0, "the BPF object lacks a map", ""};
  bpf_map__set_max_entries(events, config.ringSize);
  bpf_map__set_max_entries(conns, slotCount_);
  lower_ = bpf_map__type(conns) == BPF_MAP_TYPE_HASH;
  // libbpf rounds the size up to a power of two and to pages.
  ringSize_ = bpf_map__max_entries(events);
  size_t size = 0;
  bpf_map* constants = bpf_object__find_map_by_name(object_.get(), ".rodata");
  auto* memory = static_cast<uint8_t*>(
      constants ? const_cast<void*>(bpf_map__initial_value(constants, &size)) : nullptr);
  const btf* types = bpf_object__btf(object_.get());
  auto* mask = static_cast<uint32_t*>(variable(types, ".rodata", "conn_mask", memory));
  auto* sync = static_cast<uint32_t*>(variable(types, ".rodata", "sync_failures", memory));
  auto* v1 = static_cast<uint32_t*>(variable(types, ".rodata", "cgroup_v1", memory));
  auto* byInode = static_cast<uint32_t*>(variable(types, ".rodata", "netns_by_inode", memory));
  if (!mask || !sync || !v1 || !byInode)
    return Failure{"CW_LAYOUT", "layout", 0, "the BPF object lacks a constant", ""};
  *mask = slotCount_ - 1;
  *v1 = v1Controllers();
  *byInode = ownNetns().isInode;
  auto* addressKey = static_cast<uint64_t*>(variable(types, ".rodata", "address_key", memory));
  if (addressKey && getrandom(addressKey, sizeof *addressKey, 0) != sizeof *addressKey)
    return Failure{"CW_BPF_LOAD", "load", errno, "the kernel gave no random number", ""};
  syncHook_ = chooseSyncHook(config.syncFailures);
  *sync = syncMode(syncHook_);
  bpf_map* entered = bpf_object__find_map_by_name(object_.get(), "entered");
  if (entered) bpf_map__set_autocreate(entered, syncHook_ == SyncHook::kKretprobe);
  bpf_program* program;
  bpf_object__for_each_program(program, object_.get()) {
    SyncHook hook = hookOf(bpf_program__section_name(program));
    bool here = strcmp(bpf_program__name(program), kErrorProgram) || isSince(5, 14);
    here = here && std::find(leftOut_.begin(), leftOut_.end(), bpf_program__name(program)) == leftOut_.end();
    bpf_program__set_autoload(program, here && (hook == SyncHook::kOff || hook == syncHook_));
  }
  return std::nullopt;
}

std::optional<Failure> Program::mapShared() {
  LibbpfLog log;
  if (int error = lower_ ? 0 : mapSlots().error())
    return failure("CW_BPF_LOAD", "load", error, "cannot map the table of live sockets", log);

  // bpf_map__initial_value is libbpf's own copy until a skeleton maps it.
  bpf_map* map = bpf_object__find_map_by_name(object_.get(), ".bss");
  if (!map) return Failure{"CW_LAYOUT", "layout", 0, "the BPF object has no .bss", ""};
  bss_.emplace(bpf_map__fd(map), bpf_map__value_size(map), PROT_READ | PROT_WRITE);
  if (int error = bss_->error())
    return failure("CW_BPF_LOAD", "load", error, "cannot map the programs' variables", log);
  auto* memory = static_cast<uint8_t*>(bss_->get());
  if (!findGlobals(bpf_object__btf(object_.get()), memory, globals_))
    return Failure{"CW_LAYOUT", "layout", 0, "the BPF object lacks a global variable", ""};
  return std::nullopt;
}

std::optional<Failure> Program::attach(bool immediate) {
  *globals_.immediate = immediate;
  // Find the listeners first, so that accepted connections have an owner from the first event on.
  std::vector<uint8_t> nothing;
  bpf_program* scanProgram = bpf_object__find_program_by_name(object_.get(), kScanProgram);
  int scanError = bpf_program__autoload(scanProgram) ? attachOne(scanProgram, kScanProgram) : ENOTSUP;
  if (scanIterator_) runIterator(scanIterator_.get(), nothing);
  // Attach in the order of the source: the tracepoints come before the other iterators, so that no event is
  // missed between the first scan and the tracepoints.
  bpf_program* program;
  bpf_object__for_each_program(program, object_.get()) {
    LibbpfLog log;
    std::string name = bpf_program__name(program);
    bool required = isRequired(name, bpf_program__section_name(program));
    if (!bpf_program__autoload(program)) {
      bool refused = std::find(leftOut_.begin(), leftOut_.end(), name) != leftOut_.end();
      if (refused || missingForAuto(syncHook_, bpf_program__section_name(program)))
        probes_.push_back({name, mechanismOf(program), false, false, ENOTSUP});
      continue;
    }
    // Attached only when needed: it costs every failed connect 0.7 %, and what it repairs is rare.
    if (name == kErrorProgram) continue;
    int error = name == kScanProgram ? scanError : attachOne(program, name);
    probes_.push_back({name, mechanismOf(program), required, error == 0, error});
    if (error && required)
      return failure("CW_BPF_ATTACH", "attach", error, "cannot attach the program " + name, log);
  }
  return std::nullopt;
}

int Program::attachOne(bpf_program* program, const std::string& name) {
  std::unique_ptr<bpf_link, DestroyLink> link;
  if (name == kFallbackProgram || name == kSweepProgram) {
    bpf_iter_link_info info{};
    info.map.map_fd = static_cast<uint32_t>(mapFd(name == kSweepProgram ? "conns" : "conns_fallback"));
    LIBBPF_OPTS(bpf_iter_attach_opts, options, .link_info = &info, .link_info_len = sizeof info);
    link.reset(bpf_program__attach_iter(program, &options));
  } else {
    link.reset(bpf_program__attach(program));
  }
  if (!link) return errno;
  if (name == kScanProgram)
    scanIterator_ = std::move(link);
  else if (name == kSweepProgram)
    sweepIterator_ = std::move(link);
  else if (name == kFallbackProgram)
    fallbackIterator_ = std::move(link);
  else
    links_.push_back(std::move(link));
  return 0;
}

Mapping Program::mapSlots() const {
  return Mapping(mapFd("conns"), slotCount_ * sizeof(cw_conn), PROT_READ | PROT_WRITE);
}

// The kernel hands out whole buckets of the hash, so none is copied twice or left out.
int Program::readConns(std::vector<cw_conn>& into) const {
  constexpr uint32_t kBatch = 4096;
  std::vector<uint64_t> keys(kBatch);
  std::vector<cw_conn> values(kBatch);
  LIBBPF_OPTS(bpf_map_batch_opts, options);
  int fd = mapFd("conns");
  uint32_t at = 0, next = 0;
  for (bool first = true;; first = false) {
    uint32_t count = kBatch;
    int failed = bpf_map_lookup_batch(fd, first ? nullptr : &at, &next, keys.data(), values.data(), &count, &options);
    int error = failed ? errno : 0;
    if (error && error != ENOENT) return error;
    for (uint32_t i = 0; i < count; i++)
      if (values[i].cookie) into.push_back(values[i]);
    if (error) return 0;
    at = next;
  }
}

int Program::mapFd(const char* name) const {
  return bpf_object__find_map_fd_by_name(object_.get(), name);
}

int Program::readFallback(uint32_t reading, std::vector<cw_conn>& into) const {
  if (!fallbackIterator_) return ENOTSUP;
  constexpr size_t kGaps[] = {0, CW_GAP_1, CW_GAP_2};
  size_t step = sizeof(cw_conn) + kGaps[reading];
  *globals_.fallbackReading = reading;
  std::vector<uint8_t> bytes;
  int error = runIterator(fallbackIterator_.get(), bytes);
  for (size_t at = 0; at + step <= bytes.size(); at += step) {
    into.emplace_back();
    memcpy(&into.back(), &bytes[at], sizeof(cw_conn));
  }
  return error;
}

int Program::scan(std::vector<uint8_t>& into) const {
  if (!scanIterator_) return ENOTSUP;
  *globals_.scan = *globals_.scan + 1;
  return runIterator(scanIterator_.get(), into);
}

int Program::sweep(std::vector<uint8_t>& into) const {
  if (!sweepIterator_) return ENOTSUP;
  return runIterator(sweepIterator_.get(), into);
}

int Program::readLosses(uint64_t* totals) const {
  int fd = mapFd("losses");
  std::vector<uint64_t> perCpu(static_cast<size_t>(cpus_));
  for (uint32_t index = 0; index < CW_LOSSES; index++) {
    totals[index] = 0;
    if (bpf_map_lookup_elem(fd, &index, perCpu.data())) return errno;
    for (uint64_t count : perCpu) totals[index] += count;
  }
  return 0;
}

uint64_t Program::recursionMisses() {
  uint64_t misses = 0;
  bool stateSkipped = false;
  bpf_program* program;
  bpf_object__for_each_program(program, object_.get()) {
    bpf_prog_info info{};
    uint32_t length = sizeof info;
    if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &length)) continue;
    const char* name = bpf_program__name(program);
    if (!strcmp(name, kStateProgram))
      stateSkipped = info.recursion_misses > 0;
    else if (strcmp(name, kDestroyProgram) && strcmp(name, kErrorProgram) &&
             strcmp(name, kExecProgram) && strcmp(name, kForkProgram))
      misses += info.recursion_misses;
  }
  if (stateSkipped) attachErrorProgram();
  return misses;
}

void Program::attachErrorProgram() {
  bpf_program* program = bpf_object__find_program_by_name(object_.get(), kErrorProgram);
  if (errorProgramTried_ || !program || !bpf_program__autoload(program)) return;
  errorProgramTried_ = true;
  int error = attachOne(program, kErrorProgram);
  probes_.push_back({kErrorProgram, mechanismOf(program), false, error == 0, error});
}

bool Program::isAttached(const std::string& name) const {
  return std::any_of(probes_.begin(), probes_.end(), [&](const Probe& probe) { return probe.name == name && probe.attached; });
}

// Reports, next to the programs, how an accepted socket finds its listener.
std::vector<Probe> Program::probes() const {
  std::vector<Probe> all = probes_;
  bool clone = *globals_.clones && !*globals_.parentsFound;
  all.push_back({"listener_owner", clone ? "sk_storage_clone" : "tsorted_sent_queue", true, true, 0});
  return all;
}

}  // namespace connwatch
