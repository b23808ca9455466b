// SPDX-License-Identifier: Apache-2.0
// Blocks all signals in this thread during the lifetime of this object. Another thread takes them, or they wait.
#pragma once

#include <pthread.h>
#include <signal.h>

namespace connwatch {

class Quiet {
 public:
  Quiet() {
    sigset_t all;
    sigfillset(&all);
    // Signals of faults of this thread itself stay unblocked.
    for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT}) sigdelset(&all, fault);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~Quiet() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  sigset_t before_;
};

}  // namespace connwatch
