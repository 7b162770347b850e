// The memory that the parent gave.
#pragma once
#include "Protocol.hpp"

#include <string>

namespace farmio {

class Memory {
public:
  // Maps all of it; ends the program where it is smaller than the protocol says.
  Memory();
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;

  // Name number `index` of a request, copied. Throws `Failure` for lengths that are not possible.
  std::string name(const Request &request, int index) const;
  // The start of the data, `dataCapacity` bytes.
  char *data() const { return start_ + dataOffset; }
  // Forgets names that are secret.
  void clearNames() const;

private:
  char *start_;
};

}  // namespace farmio
