// SPDX-License-Identifier: Apache-2.0
#include "native/keys/command.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "bpf/event.h"

namespace connwatch {
namespace {

/*
 * The options of an interpreter. Letters may stand together behind one dash (`bash -euc`), and
 * whatever follows one that has a value is the value.
 */
struct Interpreter {
  std::string_view name;
  std::string_view text;    // bring the program text itself, or say that it comes from standard input: there is no script
  std::string_view run;     // the value is what runs: a module
  std::string_view valued;  // the value is the rest, or else the next argument
  std::string_view rest;    // the value is the rest, and may be empty
  std::string_view next;    // the value is always the next argument
  std::vector<std::string_view> longText;
  std::vector<std::string_view> longRun;
  std::vector<std::string_view> longValued;
};

// Without the version in the name of the executable: python3.11 is python. bpf/owner/command.bpf.h knows the same names.
const std::vector<Interpreter>& interpreters() {
  static const std::vector<Interpreter> all = {
      {"python", "c", "m", "WXQ", "", "", {}, {}, {"--check-hash-based-pycs"}},
      {"pypy", "c", "m", "WXQ", "", "", {}, {}, {}},
      {"node", "ep", "", "rC", "", "", {"--eval", "--print"}, {}, {"--require", "--import", "--loader", "--experimental-loader", "--conditions", "--env-file"}},
      {"nodejs", "ep", "", "rC", "", "", {"--eval", "--print"}, {}, {"--require", "--import", "--loader", "--conditions"}},
      {"ruby", "e", "", "IrCE", "FiKTWx0", "", {}, {}, {}},
      {"perl", "eE", "", "I", "MmFiCDdVx0l", "", {}, {}, {}},
      {"php", "rBRE", "fF", "cdz", "", "", {"--run"}, {"--file"}, {}},
      {"java", "", "", "", "", "", {}, {"-jar", "-m", "--module"}, {"-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules", "--add-opens", "--add-exports"}},
      {"bash", "cs", "", "", "", "oO", {}, {}, {"--rcfile", "--init-file"}},
      {"dash", "cs", "", "", "", "o", {}, {}, {}},
      {"lua", "e", "", "l", "", "", {}, {}, {}},
      {"luajit", "eb", "", "lj", "", "", {}, {}, {}},
      {"bun", "e", "", "", "", "", {"--eval"}, {}, {}},
      {"deno", "", "", "", "", "", {"eval"}, {}, {}},
      {"dotnet", "", "", "", "", "", {}, {}, {}},
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

bool has(std::string_view letters, char one) { return letters.find(one) != std::string_view::npos; }

std::string_view baseName(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

// Subcommands that precede the script.
bool isVerb(std::string_view interpreter, std::string_view arg) {
  return (interpreter == "bun" || interpreter == "deno") && arg == "run";
}

bool isShell(const Interpreter& one) { return one.name == "bash" || one.name == "dash"; }

enum class Script { kNone, kFound, kUnknown };

// What runs: the first argument that is no option. kUnknown: it is not among these arguments.
Script scriptOf(const Interpreter& one, const std::vector<std::string_view>& args, std::string_view& script) {
  auto at = [&](size_t i) {
    script = i < args.size() ? args[i] : std::string_view{};
    return i < args.size() ? Script::kFound : Script::kUnknown;
  };
  for (size_t i = 1; i < args.size(); i++) {
    std::string_view arg = args[i];
    if (arg.empty()) return Script::kNone;
    bool option = arg[0] == '-' || (isShell(one) && arg[0] == '+');
    if (arg == "--" || (arg == "-" && isShell(one))) return at(i + 1);
    if (arg == "-" || has(one.longText, arg)) return Script::kNone;
    if (has(one.longRun, arg)) return at(i + 1);
    if (has(one.longValued, arg)) {
      i++;
    } else if (!option) {
      if (!isVerb(one.name, arg)) return at(i);
    } else if (arg[1] != '-') {
      for (size_t letter = 1; letter < arg.size(); letter++) {
        bool last = letter + 1 == arg.size();
        if (has(one.text, arg[letter])) return Script::kNone;
        if (has(one.run, arg[letter])) {
          script = arg.substr(letter + 1);
          return last ? at(i + 1) : Script::kFound;
        }
        if (has(one.next, arg[letter])) i++;
        if (has(one.valued, arg[letter]) && last) i++;
        if (has(one.valued, arg[letter]) || has(one.rest, arg[letter])) break;
      }
    }
  }
  return Script::kUnknown;
}

// A process may have written a title over its arguments ("sshd: /usr/sbin/sshd -D [listener]"), a login shell begins with "-".
bool isTitle(std::string_view arg) {
  return arg.empty() || arg[0] == '-' || arg.find_first_of(" :") != std::string_view::npos;
}

// execveat() of a descriptor has a number for a name (fs/exec.c, alloc_bprm).
bool isNumber(std::string_view name) { return name.find_first_not_of("0123456789") == std::string_view::npos; }

// A program that executes itself again, such as Chromium, says so by this file.
bool isSelf(std::string_view file) {
  return file.substr(0, 6) == "/proc/" && file.substr(file.rfind('/')) == "/exe";
}

// Of a longer name the end counts.
std::string_view lastOf(std::string_view name) {
  constexpr size_t most = CW_FILE_LEN - 1;
  return name.size() > most ? name.substr(name.size() - most) : name;
}

}  // namespace

std::string commandOf(std::string_view exe, std::string_view file, std::string_view args) {
  std::vector<std::string_view> parts = split(args);
  std::string_view command;
  if (const Interpreter* interpreter = interpreterOf(exe)) {
    std::string_view script;
    Script found = scriptOf(*interpreter, parts, script);
    // Behind what was read there may be a script.
    if (found == Script::kUnknown && args.size() >= CW_ARGS_LEN) return {};
    if (found == Script::kFound) command = baseName(script);
  }
  if (command.empty() && !isSelf(file)) command = baseName(file);
  if (file.empty() && command.empty() && !parts.empty() && !isTitle(parts[0])) command = baseName(parts[0]);
  command = lastOf(command);
  if (command.empty() || command == "." || command == ".." || isNumber(command) || command == lastOf(exe)) return {};
  return std::string(command);
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
