// Image rows, eight samples at a time: AVX2 with F16C. Tails go through the portable rows.
#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,f16c")))

TARGET static inline __m128i eight_halves(const void *halves, size_t index) {
  return _mm_loadu_si128((const __m128i *)((const char *)halves + 2 * index));
}

TARGET void farmio_image_widen_f16c(const void *halves, size_t count, float *floats) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8)
    _mm256_storeu_ps(floats + i, _mm256_cvtph_ps(eight_halves(halves, i)));
  farmio_image_widen_portable((const char *)halves + 2 * i, count - i, floats + i);
}

TARGET void farmio_image_narrow_f16c(const float *floats, size_t count, uint16_t *halves) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8)
    _mm_storeu_si128((__m128i *)(halves + i),
                     _mm256_cvtps_ph(_mm256_loadu_ps(floats + i), _MM_FROUND_TO_NEAREST_INT));
  farmio_image_narrow_portable(floats + i, count - i, halves + i);
}

TARGET void farmio_image_add_halves_f16c(const void *halves, size_t count, float *sums) {
  const __m128i exponent = _mm_set1_epi16(0x7c00);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m128i row = eight_halves(halves, i);
    __m128i endless = _mm_cmpeq_epi16(_mm_and_si128(row, exponent), exponent);
    __m256 values = _mm256_cvtph_ps(_mm_andnot_si128(endless, row));
    _mm256_storeu_ps(sums + i, _mm256_add_ps(_mm256_loadu_ps(sums + i), values));
  }
  farmio_image_add_halves_portable((const char *)halves + 2 * i, count - i, sums + i);
}

TARGET void farmio_image_add_floats_f16c(const void *floats, size_t count, float *sums) {
  const __m256i exponent = _mm256_set1_epi32(0x7f800000);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256i row = _mm256_loadu_si256((const __m256i *)((const char *)floats + 4 * i));
    __m256i endless = _mm256_cmpeq_epi32(_mm256_and_si256(row, exponent), exponent);
    __m256 values = _mm256_castsi256_ps(_mm256_andnot_si256(endless, row));
    _mm256_storeu_ps(sums + i, _mm256_add_ps(_mm256_loadu_ps(sums + i), values));
  }
  farmio_image_add_floats_portable((const char *)floats + 4 * i, count - i, sums + i);
}

TARGET void farmio_image_box_f16c(const float *upper, const float *lower, size_t count,
                                  float *means) {
  const __m256 quarter = _mm256_set1_ps(0.25f);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const float *up = upper + 2 * i;
    const float *low = lower + 2 * i;
    __m256 first = _mm256_add_ps(_mm256_loadu_ps(up), _mm256_loadu_ps(low));
    __m256 second = _mm256_add_ps(_mm256_loadu_ps(up + 8), _mm256_loadu_ps(low + 8));
    // Pairs come out as 0 1 4 5 2 3 6 7: the permutation puts them in order.
    __m256i pairs = _mm256_castps_si256(_mm256_hadd_ps(first, second));
    __m256 sums = _mm256_castsi256_ps(_mm256_permute4x64_epi64(pairs, 0xd8));
    _mm256_storeu_ps(means + i, _mm256_mul_ps(sums, quarter));
  }
  farmio_image_box_portable(upper + 2 * i, lower + 2 * i, count - i, means + i);
}

TARGET void farmio_image_blend_f16c(const float *row, size_t count, float weight, float *sums) {
  const __m256 factor = _mm256_set1_ps(weight);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256 product = _mm256_mul_ps(_mm256_loadu_ps(row + i), factor);
    _mm256_storeu_ps(sums + i, _mm256_add_ps(_mm256_loadu_ps(sums + i), product));
  }
  farmio_image_blend_portable(row + i, count - i, weight, sums + i);
}
#endif
