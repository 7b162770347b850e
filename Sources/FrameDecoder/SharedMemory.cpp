#include "SharedMemory.hpp"

#include "Fault.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

namespace farmio {

SharedMemory::~SharedMemory() {
  if (start_ != nullptr) munmap(start_, count_);
}

void SharedMemory::map(uint64_t count) {
  if (count == count_) return;
  struct stat status = {};
  if (fstat(memoryDescriptor, &status) != 0 || count == 0 ||
      count > static_cast<uint64_t>(status.st_size)) {
    throw Fault(Status::misuse, "the shared memory is smaller than was said");
  }
  if (start_ != nullptr) munmap(start_, count_);
  start_ = nullptr;
  count_ = 0;
  void *start = mmap(nullptr, count, PROT_READ | PROT_WRITE, MAP_SHARED, memoryDescriptor, 0);
  if (start == MAP_FAILED) throw Fault(Status::limit, "no room for the shared memory");
  start_ = static_cast<char *>(start);
  count_ = count;
}

Bytes SharedMemory::bytes(uint64_t offset, uint64_t count) const {
  if (offset > count_ || count > count_ - offset) {
    throw Fault(Status::misuse, "a range runs past the shared memory");
  }
  return {start_ + offset, static_cast<size_t>(count)};
}

}  // namespace farmio
