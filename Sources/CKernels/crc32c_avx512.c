// CRC-32C by folding: four vectors of 64 bytes are multiplied forward over the next 256 bytes, then
// over each other, until 16 bytes are left for the CPU's instruction.
#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("sse4.2,pclmul,avx512f,avx512vl,avx512dq,vpclmulqdq"))), \
    apply_to = function)

// x to the powers (d + 31) and (d - 33), for a distance of d bits.
#define FACTORS_OF_256 0xDCB17AA4, 0xB9E02B86
#define FACTORS_OF_64 0x740EEF02, 0x9E4ADDF8
#define FACTORS_OF_16 0xF20C0DFE, 0x493C7D27

static inline __m512i factors(uint32_t low, uint32_t high) {
  return _mm512_broadcast_i32x4(_mm_set_epi64x(high, low));
}

static inline __m512i fold(__m512i value, __m512i by, __m512i next) {
  return _mm512_ternarylogic_epi64(_mm512_clmulepi64_epi128(value, by, 0x00),
                                   _mm512_clmulepi64_epi128(value, by, 0x11), next, 0x96);
}

static inline __m128i fold_lane(__m128i value, __m128i next) {
  __m128i by = _mm512_castsi512_si128(factors(FACTORS_OF_16));
  return _mm_ternarylogic_epi64(_mm_clmulepi64_si128(value, by, 0x00),
                                _mm_clmulepi64_si128(value, by, 0x11), next, 0x96);
}

uint32_t farmio_crc32c_avx512(uint32_t crc, const uint8_t *bytes, size_t count) {
  if (count < 256) return farmio_crc32c_sse4(crc, bytes, count);
  __m512i a = _mm512_loadu_si512(bytes), b = _mm512_loadu_si512(bytes + 64);
  __m512i c = _mm512_loadu_si512(bytes + 128), d = _mm512_loadu_si512(bytes + 192);
  a = _mm512_xor_si512(a, _mm512_zextsi128_si512(_mm_cvtsi32_si128((int)~crc)));
  bytes += 256, count -= 256;
  __m512i by = factors(FACTORS_OF_256);
  for (; count >= 256; bytes += 256, count -= 256) {
    a = fold(a, by, _mm512_loadu_si512(bytes));
    b = fold(b, by, _mm512_loadu_si512(bytes + 64));
    c = fold(c, by, _mm512_loadu_si512(bytes + 128));
    d = fold(d, by, _mm512_loadu_si512(bytes + 192));
  }
  by = factors(FACTORS_OF_64);
  a = fold(fold(fold(a, by, b), by, c), by, d);
  for (; count >= 64; bytes += 64, count -= 64) a = fold(a, by, _mm512_loadu_si512(bytes));
  __m128i last = _mm512_castsi512_si128(a);
  last = fold_lane(last, _mm512_extracti64x2_epi64(a, 1));
  last = fold_lane(last, _mm512_extracti64x2_epi64(a, 2));
  last = fold_lane(last, _mm512_extracti64x2_epi64(a, 3));
  uint64_t rest = _mm_crc32_u64(0, (uint64_t)_mm_extract_epi64(last, 0));
  rest = _mm_crc32_u64(rest, (uint64_t)_mm_extract_epi64(last, 1));
  return farmio_crc32c_sse4(~(uint32_t)rest, bytes, count);
}

#pragma clang attribute pop
#endif
