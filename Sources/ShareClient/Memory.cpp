#include "Memory.hpp"

#include "Failure.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace farmio {

Memory::Memory() {
  constexpr size_t size = dataOffset + dataCapacity;
  struct stat status = {};
  const bool isThere = fstat(memoryDescriptor, &status) == 0 && status.st_size >= static_cast<off_t>(size);
  void *start = isThere
      ? mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, memoryDescriptor, 0)
      : MAP_FAILED;
  if (start == MAP_FAILED) {
    fputs("farmio-smb: the shared memory is not as it should be\n", stderr);
    exit(EXIT_FAILURE);
  }
  start_ = static_cast<char *>(start);
}

std::string Memory::name(const Request &request, int index) const {
  uint64_t offset = 0;
  for (int before = 0; before < index; before += 1) offset += request.nameBytes[before];
  if (offset > dataOffset || request.nameBytes[index] > dataOffset - offset) {
    throw Failure{EINVAL};
  }
  std::string name(start_ + offset, request.nameBytes[index]);
  if (name.find('\0') != std::string::npos) throw Failure{EINVAL};
  return name;
}

void Memory::clearNames() const { explicit_bzero(start_, dataOffset); }

}  // namespace farmio
