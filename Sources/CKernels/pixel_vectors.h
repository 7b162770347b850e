// Vectors of sixteen samples in the compiler's generic form, so that one text serves every
// instruction set. Included by the variants of the pixel kernels, which define WIDEN: it turns
// finite halves into floats; denormals must come out as they are.
#pragma once

// Wide vectors pass between functions only where these are inlined: no ABI is involved.
#pragma clang diagnostic ignored "-Wpsabi"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "samples are read as they lie");

#define INLINE static inline __attribute__((always_inline))
#define SAMPLES 16

typedef int16_t s16_v __attribute__((vector_size(2 * SAMPLES)));
typedef uint16_t u16_v __attribute__((vector_size(2 * SAMPLES)));
typedef int32_t s32_v __attribute__((vector_size(4 * SAMPLES)));
typedef uint32_t u32_v __attribute__((vector_size(4 * SAMPLES)));
typedef float f32_v __attribute__((vector_size(4 * SAMPLES)));
typedef double f64_v __attribute__((vector_size(8 * SAMPLES)));
typedef int64_t s64_v __attribute__((vector_size(8 * SAMPLES)));

#define CONVERT(vector, type) __builtin_convertvector(vector, type)

/// Half: the magnitude of infinity, of 65504, of the smallest normal number.
#define HALF_INFINITE 0x7C00
#define HALF_GREATEST 0x7BFF
#define HALF_NORMAL 0x0400
/// Float: the same, with the greatest finite number.
#define FLOAT_INFINITE 0x7F800000
#define FLOAT_GREATEST 0x7F7FFFFF
#define FLOAT_NORMAL 0x00800000

#define LOAD(vector, at) memcpy(&vector, at, sizeof(vector))
#define STORE(at, vector) memcpy(at, &vector, sizeof(vector))

INLINE int16_t half_at(const uint8_t *samples, size_t index) {
  int16_t bits;
  memcpy(&bits, samples + 2 * index, 2);
  return bits;
}

INLINE int32_t word_at(const uint8_t *samples, size_t index) {
  int32_t bits;
  memcpy(&bits, samples + 4 * index, 4);
  return bits;
}

INLINE double lanes_total(f64_v lanes) {
  double total = 0;
  for (int lane = 0; lane < SAMPLES; lane++) total += lanes[lane];
  return total;
}
