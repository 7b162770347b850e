#include "Sandbox.hpp"

#include "Protocol.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

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

#if defined(__x86_64__)
constexpr uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
constexpr uint32_t architecture = 0;
#endif

// Memory, the socket, time, and a clean death.
constexpr long allowedCalls[] = {
    SYS_read,         SYS_write,       SYS_futex,         SYS_brk,           SYS_munmap,
    SYS_mremap,       SYS_madvise,     SYS_fstat,         SYS_exit,          SYS_exit_group,
    SYS_rt_sigaction, SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_gettid,      SYS_getpid,
    SYS_tgkill,       SYS_getrandom,   SYS_clock_gettime, SYS_clock_nanosleep, SYS_sched_yield,
    SYS_newfstatat,   SYS_getrusage,
};

uint32_t argument(int index) {
  return static_cast<uint32_t>(offsetof(seccomp_data, args) + 8 * static_cast<size_t>(index));
}

// Allows `call` where the low half of an argument has none of `bits`.
void allowWithout(std::vector<sock_filter> &filter, long call, int index, uint32_t bits) {
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 4));
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument(index)));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
}

}  // namespace

void limitResources(const Limits &limits) {
  // Everything that the parent may have left open; the kernel is older than this call in vain.
  syscall(SYS_close_range, memoryDescriptor + 1, ~0u, 0);
  limit(RLIMIT_CORE, 0, "limit core dumps");
  limit(RLIMIT_FSIZE, 0, "limit files");
  limit(RLIMIT_NOFILE, memoryDescriptor + 1, "limit descriptors");
  limit(RLIMIT_AS, limits.addressSpace, "limit memory");
  require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "give up privileges");
  require(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "close memory to others");
}

void limitSystemCalls() {
  if (architecture == 0) return;
  std::vector<sock_filter> filter = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  for (long call : allowedCalls) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }
  allowWithout(filter, SYS_mmap, 2, PROT_EXEC);
  allowWithout(filter, SYS_mprotect, 2, PROT_EXEC);
  allowWithout(filter, SYS_prlimit64, 0, ~0u);  // of this process, no other
  // An error rather than death: what a newer C library tries and can do without must not kill.
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  const sock_fprog program = {static_cast<unsigned short>(filter.size()), filter.data()};
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

void allowCPU(const Limits &limits) {
  rusage used = {};
  getrusage(RUSAGE_SELF, &used);
  rlimit seconds = {};
  getrlimit(RLIMIT_CPU, &seconds);
  const auto spent = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
  seconds.rlim_cur = std::min(spent + limits.cpuSeconds + 1, seconds.rlim_max);
  setrlimit(RLIMIT_CPU, &seconds);
}

}  // namespace farmio
