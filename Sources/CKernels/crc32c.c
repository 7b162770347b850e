// CRC-32C: dispatch.
#include "CKernels.h"

uint32_t farmio_crc32c(uint32_t crc, const uint8_t *bytes, size_t count) {
#if defined(__x86_64__)
  int level = farmio_kernel_level();
  // Folding pays from four vectors on.
  if (level >= FARMIO_AVX512 && count >= 256) return farmio_crc32c_avx512(crc, bytes, count);
  if (level >= FARMIO_SSE4) return farmio_crc32c_sse4(crc, bytes, count);
#endif
  return farmio_crc32c_portable(crc, bytes, count);
}
