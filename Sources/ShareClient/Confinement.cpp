#include "Confinement.hpp"

#include "Protocol.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace farmio {
namespace {

void require(bool succeeded, const char *what) {
  if (succeeded) return;
  perror(what);
  exit(EXIT_FAILURE);
}

// What was inherited may be lower already, and stays so.
void limit(__rlimit_resource resource, rlim_t value, const char *what) {
  rlimit inherited = {};
  require(getrlimit(resource, &inherited) == 0, what);
  const rlim_t lower = std::min(value, inherited.rlim_max);
  const rlimit both = {lower, lower};
  require(setrlimit(resource, &both) == 0, what);
}

}  // namespace

void confine() {
  // On a kernel that does not know the call, what was inherited closed itself.
  syscall(SYS_close_range, memoryDescriptor + 1, ~0u, 0);
  limit(RLIMIT_CORE, 0, "limit core dumps");
  limit(RLIMIT_NOFILE, 256, "limit descriptors");
  limit(RLIMIT_AS, 1 << 30, "limit memory");
  require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "give up privileges");
  require(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "close memory to others");
  require(chdir("/") == 0, "leave the folder");
}

}  // namespace farmio
