// SPDX-License-Identifier: Apache-2.0
// Names commands. Reads lines of an executable, a file and arguments, separated by tabs; prints a name for each.
#include "native/keys/command.h"

#include <cstdio>
#include <iostream>

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::string fields[2], args;
    size_t from = 0;
    for (std::string& field : fields) {
      size_t end = line.find('\t', from);
      field = line.substr(from, end - from);
      from = end == std::string::npos ? line.size() : end + 1;
    }
    // Each argument ends with a tab, unless it is cut off.
    for (char byte : line.substr(from)) args += byte == '\t' ? '\0' : byte;
    printf("%s\n", connwatch::commandOf(fields[0], fields[1], args).c_str());
  }
}
