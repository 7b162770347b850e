// What the process may still do once it looks at foreign bytes.
#pragma once
#include <cstdint>

namespace farmio {

struct Limits {
  uint64_t addressSpace = 0;  // bytes
  uint64_t cpuSeconds = 0;    // of one request
};

// Gives up files, descriptors beyond the two that are needed, core dumps and privileges, and takes
// the limit on memory. Ends the process if the kernel refuses any of it.
void limitResources(const Limits &limits);

// Leaves the system calls that decoding needs. A kernel without seccomp leaves them all: the
// limits hold there, too.
void limitSystemCalls();

// Allows the next request its share of processor time.
void allowCPU(const Limits &limits);

}  // namespace farmio
