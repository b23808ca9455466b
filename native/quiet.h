// SPDX-License-Identifier: Apache-2.0
// No signal reaches this thread for as long as this lives: another thread takes it, or it waits.
#pragma once

#include <pthread.h>
#include <signal.h>

namespace connwatch {

class Quiet {
 public:
  Quiet() {
    sigset_t all;
    sigfillset(&all);
    // What the thread itself does wrong.
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
