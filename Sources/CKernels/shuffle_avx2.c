// The byte shuffle in vectors of 32 bytes.
#include "shuffle.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

typedef uint8_t lanes_v __attribute__((vector_size(32)));

static inline lanes_v load_lanes(const uint8_t *at, size_t step) {
  return (lanes_v)_mm256_loadu2_m128i((const __m128i *)(at + step), (const __m128i *)at);
}

static inline void store_lanes(uint8_t *at, size_t step, lanes_v v) {
  _mm256_storeu2_m128i((__m128i *)(at + step), (__m128i *)at, (__m256i)v);
}

#define LANES 2
#define NAME(function) farmio_##function##_avx2
#include "shuffle_template.h"

#pragma clang attribute pop
#endif
