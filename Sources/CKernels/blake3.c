// Which BLAKE3 variant runs.
#include <stdlib.h>
#include <string.h>

#include "include/CKernelsBLAKE3.h"

// 0 portable, 1 SSE4.1, 2 AVX2, 3 AVX-512: what this CPU has.
static int supported(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) return 3;
  if (__builtin_cpu_supports("avx2")) return 2;
  if (__builtin_cpu_supports("sse4.1")) return 1;
#endif
  return 0;
}

// What this CPU has and FARMIO_KERNELS allows.
static int level(void) {
  static const char *const names[] = {"portable", "sse4", "avx2", "avx512"};
  int best = supported();
  const char *cap = getenv("FARMIO_KERNELS");
  for (int i = 0; cap != NULL && i < best; i++) {
    if (strcmp(cap, names[i]) == 0) return i;
  }
  return best;
}

farmio_blake3_tree_function *farmio_blake3_tree_at(int at) {
  if (at < 0 || at > supported()) return NULL;
#if defined(__x86_64__)
  if (at == 3) return farmio_blake3_tree_avx512;
  if (at == 2) return farmio_blake3_tree_avx2;
  if (at == 1) return farmio_blake3_tree_sse41;
#endif
  return farmio_blake3_tree_portable;
}

farmio_blake3_compress_function *farmio_blake3_compress_at(int at) {
  if (at < 0 || at > supported()) return NULL;
#if defined(__x86_64__)
  if (at == 3) return farmio_blake3_compress_avx512;
  if (at == 2) return farmio_blake3_compress_avx2;
  if (at == 1) return farmio_blake3_compress_sse41;
#endif
  return farmio_blake3_compress_portable;
}

static farmio_blake3_tree_function *best_tree = farmio_blake3_tree_portable;
static farmio_blake3_compress_function *best_compress = farmio_blake3_compress_portable;

// Before main, so that a call is one indirect jump and no thread can see a half-made choice.
__attribute__((constructor)) static void choose(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#endif
  best_tree = farmio_blake3_tree_at(level());
  best_compress = farmio_blake3_compress_at(level());
}

void farmio_blake3_tree(const uint8_t *input, size_t length, const uint32_t key[8], uint64_t leaf,
                        uint32_t flags, uint32_t out[8]) {
  best_tree(input, length, key, leaf, flags, out);
}

void farmio_blake3_compress(const uint32_t cv[8], const uint8_t block[64], uint64_t counter,
                            uint32_t length, uint32_t flags, uint32_t out[16]) {
  best_compress(cv, block, counter, length, flags, out);
}
