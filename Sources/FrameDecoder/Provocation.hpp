// What a test makes the program suffer, by an argument: no byte of a file can ask for it.
#pragma once
#include <cstdlib>
#include <string>
#include <vector>

namespace farmio {

class Provocation {
public:
  // `crash`, `hang` or `memory`; false for other words.
  bool parse(const std::string &word) {
    kind_ = word == "crash" ? crash : word == "hang" ? hang : word == "memory" ? memory : none;
    return kind_ != none;
  }

  // Called for every request.
  void act() const {
    if (kind_ == crash) *static_cast<volatile int *>(nullptr) = 0;
    for (volatile bool forever = kind_ == hang; forever;) {}
    if (kind_ == memory) useAllMemory();
  }

private:
  enum { none, crash, hang, memory } kind_ = none;

  // Memory that is never given back, until the limit ends it.
  [[noreturn]] static void useAllMemory() {
    std::vector<char *> kept;
    while (char *block = static_cast<char *>(malloc(1 << 20))) {
      for (int i = 0; i < 1 << 20; i += 4096) block[i] = 1;
      kept.push_back(block);
    }
    abort();
  }
};

}  // namespace farmio
