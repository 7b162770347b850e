// One half to one float and back, in integer arithmetic: what F16C does in hardware.
#pragma once
#include <stdint.h>
#include <string.h>

static inline float farmio_half_to_float(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16;
  uint32_t exponent = half >> 10 & 0x1f;
  uint32_t mantissa = half & 0x3ff;
  uint32_t bits;
  if (exponent == 0x1f) {
    uint32_t quiet = mantissa ? 0x400000u : 0;
    bits = sign | 0x7f800000u | quiet | mantissa << 13;
  } else if (exponent) {
    bits = sign | (exponent + 112) << 23 | mantissa << 13;
  } else {
    // A denormal is so many steps of 2^-24: exact as a float.
    float value = (float)mantissa * 0x1p-24f;
    memcpy(&bits, &value, sizeof bits);
    bits |= sign;
  }
  float result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

static inline uint16_t farmio_float_to_half(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | (uint16_t)(magnitude >> 13 & 0x3ff);
  if (magnitude >= 0x477ff000) return sign | 0x7c00;  // 65,520 and more
  if (magnitude >= 0x38800000) {                      // 2^-14: normal
    uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
    return sign | (uint16_t)((rounded - 0x38000000) >> 13);
  }
  // Adding 0.5 leaves steps of 2^-24 at the end of the mantissa, rounded to even by the addition.
  float shifted;
  memcpy(&shifted, &magnitude, sizeof shifted);
  shifted += 0.5f;
  uint32_t steps;
  memcpy(&steps, &shifted, sizeof steps);
  return sign | (uint16_t)(steps - 0x3f000000);
}
