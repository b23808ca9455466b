// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "bpf/event.h"

namespace connwatch {
namespace {

struct Interpreter {
  std::string_view name;
  // Options whose value is the next argument.
  std::vector<std::string_view> valued;
  // Options whose value is what runs: a module, an archive.
  std::vector<std::string_view> run;
  // Options that bring the program text itself: there is no script.
  std::vector<std::string_view> text;
};

// Without the version in the name of the executable: python3.11 is python. bpf/command.bpf.h knows the same names.
const std::vector<Interpreter>& interpreters() {
  static const std::vector<Interpreter> all = {
      {"python", {"-W", "-X", "-Q"}, {"-m"}, {"-c"}},
      {"pypy", {"-W", "-X"}, {"-m"}, {"-c"}},
      {"node", {"-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions", "--env-file"}, {}, {"-e", "--eval", "-p", "--print"}},
      {"nodejs", {"-r", "--require", "--import", "--loader", "-C", "--conditions"}, {}, {"-e", "--eval", "-p", "--print"}},
      {"ruby", {"-I", "-r", "-C", "-E"}, {}, {"-e"}},
      {"perl", {"-I"}, {}, {"-e", "-E"}},
      {"php", {"-c", "-d", "-z"}, {"-f", "--file"}, {"-r", "--run"}},
      {"java", {"-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules", "--add-opens", "--add-exports"}, {"-jar", "-m", "--module"}, {}},
      {"bash", {"-o", "-O", "--rcfile", "--init-file"}, {}, {"-c"}},
      {"dash", {"-o"}, {}, {"-c"}},
      {"lua", {"-l"}, {}, {"-e"}},
      {"luajit", {"-l"}, {}, {"-e"}},
      {"bun", {}, {}, {"-e", "--eval"}},
      {"deno", {}, {}, {"eval"}},
      {"dotnet", {}, {}, {}},
  };
  return all;
}

const Interpreter* interpreterOf(std::string_view exe) {
  size_t end = exe.find_last_not_of("0123456789.-");
  std::string_view bare = exe.substr(0, end == std::string_view::npos ? 0 : end + 1);
  for (const Interpreter& one : interpreters())
    if (one.name == bare) return &one;
  return nullptr;
}

std::vector<std::string_view> split(std::string_view args) {
  std::vector<std::string_view> parts;
  for (size_t from = 0, end; (end = args.find('\0', from)) != std::string_view::npos; from = end + 1)
    parts.push_back(args.substr(from, end - from));
  return parts;
}

bool has(const std::vector<std::string_view>& list, std::string_view one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

std::string_view baseName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// Subcommands that precede the script.
bool isVerb(std::string_view interpreter, std::string_view arg) {
  return (interpreter == "bun" || interpreter == "deno") && arg == "run";
}

// The first argument that is no option; empty if there is none.
std::string_view scriptOf(const Interpreter& interpreter, const std::vector<std::string_view>& args) {
  for (size_t i = 1; i < args.size(); i++) {
    std::string_view arg = args[i];
    if (has(interpreter.text, arg)) return {};
    if (has(interpreter.run, arg)) return i + 1 < args.size() ? args[i + 1] : std::string_view{};
    if (has(interpreter.valued, arg)) i++;
    else if (arg == "--") return i + 1 < args.size() ? args[i + 1] : std::string_view{};
    else if (!arg.empty() && arg[0] != '-' && !isVerb(interpreter.name, arg)) return arg;
  }
  return {};
}

// A process may have written a title over its arguments ("sshd: /usr/sbin/sshd -D [listener]"), a login shell begins with "-".
bool isTitle(std::string_view arg) {
  return arg.empty() || arg[0] == '-' || arg.find_first_of(" :") != std::string_view::npos;
}

// execveat() of a descriptor has a number for a name (fs/exec.c, alloc_bprm).
bool isNumber(std::string_view name) { return name.find_first_not_of("0123456789") == std::string_view::npos; }

}  // namespace

std::string commandOf(std::string_view exe, std::string_view file, std::string_view args) {
  std::vector<std::string_view> parts = split(args);
  std::string_view command;
  if (const Interpreter* interpreter = interpreterOf(exe)) command = baseName(scriptOf(*interpreter, parts));
  if (command.empty()) command = baseName(file);
  if (file.empty() && command.empty() && !parts.empty() && !isTitle(parts[0])) command = baseName(parts[0]);
  if (command.empty() || isNumber(command) || command == exe.substr(0, CW_FILE_LEN - 1)) return {};
  return std::string(command.substr(0, CW_FILE_LEN - 1));
}

std::string readArguments(uint32_t pid) {
  char path[32], text[CW_ARGS_LEN];
  snprintf(path, sizeof path, "/proc/%u/cmdline", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  ssize_t got = read(fd, text, sizeof text);
  close(fd);
  return got > 0 ? std::string(text, static_cast<size_t>(got)) : std::string();
}

}  // namespace connwatch
