// The memory shared with the parent: channels, packed and unpacked bytes.
#pragma once
#include <cstddef>
#include <cstdint>

namespace farmio {

// A piece of it, checked against its end.
struct Bytes {
  char *start;
  size_t count;
};

class SharedMemory {
public:
  SharedMemory() = default;
  ~SharedMemory();
  SharedMemory(const SharedMemory &) = delete;
  SharedMemory &operator=(const SharedMemory &) = delete;

  // Maps `count` bytes, if other than what is mapped. Throws a Fault.
  void map(uint64_t count);

  // The bytes of a range. Throws a Fault where it runs past the end.
  Bytes bytes(uint64_t offset, uint64_t count) const;

private:
  char *start_ = nullptr;
  size_t count_ = 0;
};

}  // namespace farmio
