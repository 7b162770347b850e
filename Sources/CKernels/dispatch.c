// Which instructions the kernels may use.
#include "CKernels.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

int farmio_kernel_supported(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("sse4.2") || !__builtin_cpu_supports("aes") ||
      !__builtin_cpu_supports("pclmul"))
    return FARMIO_PORTABLE;
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2") ||
      !__builtin_cpu_supports("f16c"))
    return FARMIO_SSE4;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl") ||
      !__builtin_cpu_supports("avx512vbmi") || !__builtin_cpu_supports("vpclmulqdq"))
    return FARMIO_AVX2;
  return FARMIO_AVX512;
#else
  return FARMIO_PORTABLE;
#endif
}

static int chosen_level(void) {
  static const char *const names[] = {"portable", "sse4", "avx2", "avx512"};
  int supported = farmio_kernel_supported();
  const char *wanted = getenv("FARMIO_KERNELS");
  if (!wanted) return supported;
  for (int level = 0; level < supported; level++)
    if (strcmp(wanted, names[level]) == 0) return level;
  return supported;
}

int farmio_kernel_level(void) {
  // Two threads may both choose; they choose the same.
  static atomic_int level = -1;
  int known = atomic_load_explicit(&level, memory_order_relaxed);
  if (known < 0) {
    known = chosen_level();
    atomic_store_explicit(&level, known, memory_order_relaxed);
  }
  return known;
}
