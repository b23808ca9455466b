// SPDX-License-Identifier: Apache-2.0
#include "native/program/privileges.h"

#include <dirent.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

namespace connwatch {
namespace {

constexpr int kHighestCapability = 63;
constexpr int kLooks = 100;
constexpr long kPauseNs = 1'000'000;  // times the number of the check: 5 s in all
// This many checks in a row must agree: that all threads have dropped, or that the others take no signal.
constexpr int kAgree = 2;
constexpr int kAgreeAsleep = 10;

// The capabilities that every thread keeps. Written before the first signal is sent.
uint64_t kept = 0;

// capset(2) and capget(2) have no wrapper in libc. The 64 bits are two words.
struct Sets {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};

  bool get() { return syscall(SYS_capget, &header, data) == 0; }
  bool set() { return syscall(SYS_capset, &header, data) == 0; }
};

// Makes system calls only, because it also runs in a signal handler.
void dropInThisThread() {
  int before = errno;
  Sets sets;
  if (sets.get()) {
    for (int word = 0; word < _LINUX_CAPABILITY_U32S_3; word++) {
      auto mask = static_cast<uint32_t>(kept >> (32 * word));
      sets.data[word].permitted &= mask;
      sets.data[word].effective = sets.data[word].permitted;
      sets.data[word].inheritable = 0;
    }
    // This needs CAP_SETPCAP. Without it the bounding set stays, but no_new_privs makes it ineffective.
    for (int capability = 0; capability <= kHighestCapability; capability++)
      if (!(kept >> capability & 1)) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    sets.set();
  }
  errno = before;
}

void onSignal(int) { dropInThisThread(); }

struct Thread {
  pid_t id = 0;  // in the pid namespace of this process
  uint64_t permitted = 0;
  uint64_t bounding = 0;
  uint64_t blocked = 0;  // signals
  bool noNewPrivileges = false;
  char state = 0;

  bool done() const { return !(permitted & ~kept) && noNewPrivileges; }
  bool ended() const { return state == 'Z' || state == 'X'; }
  bool asleep() const { return state == 'S'; }
  bool takes(int signal) const { return signal && !(blocked >> (signal - 1) & 1); }
};

// Reads /proc/self/task/TID/status. Returns false if the thread has ended; /proc may list it for a while.
bool readThread(const std::string& name, Thread* thread) {
  std::ifstream file("/proc/self/task/" + name + "/status");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string field;
    words >> field;
    if (field == "State:") words >> thread->state;
    if (field == "CapPrm:") words >> std::hex >> thread->permitted;
    if (field == "CapBnd:") words >> std::hex >> thread->bounding;
    if (field == "SigBlk:") words >> std::hex >> thread->blocked;
    if (field == "NoNewPrivs:") words >> thread->noNewPrivileges;
    // /proc may belong to an outer pid namespace; the last number is the one in ours.
    if (field == "NSpid:")
      for (pid_t id; words >> id;) thread->id = id;
  }
  return thread->id != 0 && !thread->ended();
}

std::vector<Thread> threads() {
  std::vector<Thread> found;
  std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/task"), closedir);
  while (dirent* entry = folder ? readdir(folder.get()) : nullptr) {
    Thread thread;
    if (entry->d_name[0] != '.' && readThread(entry->d_name, &thread)) found.push_back(thread);
  }
  return found;
}

// A real-time signal without a handler; 0 if there is none. Our handler stays installed, so that a signal
// that a thread receives late does not end the process.
int ownSignal() {
  static int chosen = 0;
  for (int signal = SIGRTMAX; !chosen && signal > SIGRTMIN; signal--) {
    struct sigaction action{};
    if (sigaction(signal, nullptr, &action) || action.sa_handler != SIG_DFL) continue;
    action.sa_handler = onSignal;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask);
    if (!sigaction(signal, &action, nullptr)) chosen = signal;
  }
  return chosen;
}

enum class Look { kAllDropped, kSomeAsleep, kWaiting };

// Interrupts each thread that has not dropped yet. A thread that starts or ends blocks all signals for a moment while
// it runs. A thread that blocks them and sleeps, such as the one with which Node.js waits for SIGUSR1, may stay as it is.
Look interrupt(const std::vector<Thread>& all, int signal) {
  Look seen = Look::kAllDropped;
  for (const Thread& thread : all) {
    if (thread.done()) continue;
    if (thread.takes(signal)) syscall(SYS_tgkill, getpid(), thread.id, signal);
    bool stays = !thread.takes(signal) && thread.asleep();
    if (!stays) seen = Look::kWaiting;
    if (stays && seen == Look::kAllDropped) seen = Look::kSomeAsleep;
  }
  return seen;
}

// Like setuid() of libc: interrupts each other thread, which then drops its own capabilities. A new thread inherits
// those of its creator, and one check may miss a new thread. So this repeats until several checks agree.
std::vector<Thread> dropInAllThreads() {
  dropInThisThread();
  int signal = ownSignal();
  std::vector<Thread> all;
  int dropped = 0;
  int asleep = 0;
  for (int look = 1; look <= kLooks; look++) {
    all = threads();
    Look seen = interrupt(all, signal);
    dropped = seen == Look::kAllDropped ? dropped + 1 : 0;
    asleep = seen == Look::kWaiting ? 0 : asleep + 1;
    if (dropped == kAgree || asleep == kAgreeAsleep) break;
    timespec pause{0, kPauseNs * look};
    nanosleep(&pause, nullptr);
  }
  return all;
}

}  // namespace

Napi::Value probeUnprivileged(const Napi::CallbackInfo& info) {
  Sets before;
  if (!before.get()) return Napi::Number::New(info.Env(), errno);
  Sets none = before;
  for (auto& word : none.data) word.effective = 0;
  none.set();
  int refused = 0;
  // The kernel checks the capability for the command before the descriptor (kernel/bpf/syscall.c, __sys_bpf). So
  // an invalid descriptor is enough: EBADF means that the call was allowed.
  for (int command : {BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM,
                      BPF_MAP_GET_NEXT_KEY, BPF_OBJ_GET_INFO_BY_FD, BPF_ITER_CREATE}) {
    // The descriptor is the first word of each member.
    static_assert(!offsetof(bpf_attr, map_fd) && !offsetof(bpf_attr, info.bpf_fd) &&
                  !offsetof(bpf_attr, iter_create.link_fd));
    bpf_attr attributes{};
    attributes.map_fd = UINT32_MAX;
    syscall(SYS_bpf, command, &attributes, sizeof attributes);
    if (errno != EBADF && errno != EBADFD) refused = errno;
  }
  before.set();
  return Napi::Number::New(info.Env(), refused);
}

Napi::Value dropPrivileges(const Napi::CallbackInfo& info) {
  // Several environments may call this at once, and the process has only one `kept`.
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  bool lossless;
  kept = info[0].As<Napi::BigInt>().Uint64Value(&lossless);
  std::vector<Thread> all = dropInAllThreads();
  Thread sum;
  sum.noNewPrivileges = !all.empty();
  for (const Thread& thread : all) {
    sum.permitted |= thread.permitted;
    sum.bounding |= thread.bounding;
    sum.noNewPrivileges &= thread.noNewPrivileges;
  }
  auto result = Napi::Object::New(info.Env());
  result.Set("permitted", Napi::BigInt::New(info.Env(), sum.permitted));
  result.Set("bounding", Napi::BigInt::New(info.Env(), sum.bounding));
  result.Set("noNewPrivileges", sum.noNewPrivileges);
  result.Set("threads", static_cast<double>(all.size()));
  return result;
}

}  // namespace connwatch
