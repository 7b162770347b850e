// The byte shuffle in vectors of 64 bytes.
#include "shuffle.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi"))), \
    apply_to = function)

typedef uint8_t lanes_v __attribute__((vector_size(64)));

static inline __m128i lane(const uint8_t *at) { return _mm_loadu_si128((const __m128i *)at); }

static inline lanes_v load_lanes(const uint8_t *at, size_t step) {
  __m512i v = _mm512_castsi128_si512(lane(at));
  v = _mm512_inserti32x4(v, lane(at + step), 1);
  v = _mm512_inserti32x4(v, lane(at + 2 * step), 2);
  return (lanes_v)_mm512_inserti32x4(v, lane(at + 3 * step), 3);
}

static inline void store_lanes(uint8_t *at, size_t step, lanes_v v) {
  _mm_storeu_si128((__m128i *)at, _mm512_castsi512_si128((__m512i)v));
  _mm_storeu_si128((__m128i *)(at + step), _mm512_extracti32x4_epi32((__m512i)v, 1));
  _mm_storeu_si128((__m128i *)(at + 2 * step), _mm512_extracti32x4_epi32((__m512i)v, 2));
  _mm_storeu_si128((__m128i *)(at + 3 * step), _mm512_extracti32x4_epi32((__m512i)v, 3));
}

#define LANES 4
#define NAME(function) farmio_##function##_avx512
#include "shuffle_template.h"

#pragma clang attribute pop
#endif
