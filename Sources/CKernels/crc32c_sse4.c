// CRC-32C by the CPU's instruction, which takes eight bytes and three cycles but starts every
// cycle: three runs side by side, joined by carry-less multiplication.
#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("sse4.2,pclmul"))), apply_to = function)

static inline uint64_t word(const uint8_t *at) {
  uint64_t value;
  memcpy(&value, at, 8);
  return value;
}

/// The checksum of what `crc` covers followed by zero bytes, as 64 bits still to be reduced;
/// `power` is x to the power (their bits - 33).
static inline uint64_t append_zeros(uint64_t crc, uint32_t power) {
  __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)crc), _mm_cvtsi32_si128((int)power), 0);
  return (uint64_t)_mm_cvtsi128_si64(product);
}

/// Three neighbouring runs of `run` bytes; the powers belong to 2 * run and run bytes.
static inline uint64_t three_runs(uint64_t crc, const uint8_t *bytes, size_t run,
                                  uint32_t power_two, uint32_t power_one) {
  uint64_t a = crc, b = 0, c = 0;
  for (size_t at = 0; at < run - 8; at += 8) {
    a = _mm_crc32_u64(a, word(bytes + at));
    b = _mm_crc32_u64(b, word(bytes + run + at));
    c = _mm_crc32_u64(c, word(bytes + 2 * run + at));
  }
  a = _mm_crc32_u64(a, word(bytes + run - 8));
  b = _mm_crc32_u64(b, word(bytes + 2 * run - 8));
  uint64_t before = append_zeros(a, power_two) ^ append_zeros(b, power_one);
  return _mm_crc32_u64(c, word(bytes + 3 * run - 8) ^ before);
}

uint32_t farmio_crc32c_sse4(uint32_t crc, const uint8_t *bytes, size_t count) {
  uint64_t rest = ~crc;
  for (; count >= 3 * 1024; bytes += 3 * 1024, count -= 3 * 1024)
    rest = three_runs(rest, bytes, 1024, 0xA51B6135, 0x170076FA);
  for (; count >= 3 * 128; bytes += 3 * 128, count -= 3 * 128)
    rest = three_runs(rest, bytes, 128, 0xB9E02B86, 0x0D3B6092);
  for (; count >= 8; bytes += 8, count -= 8) rest = _mm_crc32_u64(rest, word(bytes));
  for (; count > 0; bytes++, count--) rest = _mm_crc32_u8((uint32_t)rest, *bytes);
  return ~(uint32_t)rest;
}

#pragma clang attribute pop
#endif
