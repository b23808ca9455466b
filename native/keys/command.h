// SPDX-License-Identifier: Apache-2.0
// What a process was started as, if its executable file does not say it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace connwatch {

/*
 * The name of what was executed: the script of an interpreter, else the file that the caller named
 * (a link, one name of a multi-call binary). Empty if that is the executable's own name, or not known.
 *
 * `exe`: base name of the executable file. `file`: the end of the path given to execve(); empty if
 * it is not known, and argv[0] counts. `args`: argv, each argument ends with NUL; the last one may be
 * cut off, and is not used then. Of a longer name the last CW_FILE_LEN - 1 bytes count.
 * Program text (`sh -c`) is never a name, nor are arguments of a program that comes from standard input.
 */
std::string commandOf(std::string_view exe, std::string_view file, std::string_view args);

// The first bytes of /proc/PID/cmdline (proc_pid_cmdline(5)); empty if it cannot be read.
std::string readArguments(uint32_t pid);

}  // namespace connwatch
