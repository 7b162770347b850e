// Which BLAKE3 variant runs.
#include "include/CKernels.h"

farmio_blake3_tree_function *farmio_blake3_tree_at(int level) {
  if (level < FARMIO_PORTABLE || level > farmio_kernel_supported()) return NULL;
#if defined(__x86_64__)
  if (level == FARMIO_AVX512) return farmio_blake3_tree_avx512;
  if (level == FARMIO_AVX2) return farmio_blake3_tree_avx2;
  if (level == FARMIO_SSE4) return farmio_blake3_tree_sse41;
#endif
  return farmio_blake3_tree_portable;
}

farmio_blake3_compress_function *farmio_blake3_compress_at(int level) {
  if (level < FARMIO_PORTABLE || level > farmio_kernel_supported()) return NULL;
#if defined(__x86_64__)
  if (level == FARMIO_AVX512) return farmio_blake3_compress_avx512;
  if (level == FARMIO_AVX2) return farmio_blake3_compress_avx2;
  if (level == FARMIO_SSE4) return farmio_blake3_compress_sse41;
#endif
  return farmio_blake3_compress_portable;
}

static farmio_blake3_tree_function *best_tree = farmio_blake3_tree_portable;
static farmio_blake3_compress_function *best_compress = farmio_blake3_compress_portable;

// Before main, so that a call is one indirect jump and no thread can see a half-made choice.
__attribute__((constructor)) static void choose(void) {
  best_tree = farmio_blake3_tree_at(farmio_kernel_level());
  best_compress = farmio_blake3_compress_at(farmio_kernel_level());
}

void farmio_blake3_tree(const uint8_t *input, size_t length, const uint32_t key[8], uint64_t leaf,
                        uint32_t flags, uint32_t out[8]) {
  best_tree(input, length, key, leaf, flags, out);
}

void farmio_blake3_compress(const uint32_t cv[8], const uint8_t block[64], uint64_t counter,
                            uint32_t length, uint32_t flags, uint32_t out[16]) {
  best_compress(cv, block, counter, length, flags, out);
}
