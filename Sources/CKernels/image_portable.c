// Image rows in plain C.
#include "CKernels.h"
#include "image_half.h"

static uint16_t half_at(const void *halves, size_t index) {
  uint16_t half;
  memcpy(&half, (const char *)halves + 2 * index, sizeof half);
  return half;
}

void farmio_image_widen_portable(const void *halves, size_t count, float *floats) {
  for (size_t i = 0; i < count; i++) floats[i] = farmio_half_to_float(half_at(halves, i));
}

void farmio_image_narrow_portable(const float *floats, size_t count, uint16_t *halves) {
  for (size_t i = 0; i < count; i++) halves[i] = farmio_float_to_half(floats[i]);
}

void farmio_image_add_halves_portable(const void *halves, size_t count, float *sums) {
  for (size_t i = 0; i < count; i++) {
    uint16_t half = half_at(halves, i);
    if ((half & 0x7c00) != 0x7c00) sums[i] += farmio_half_to_float(half);
  }
}

void farmio_image_add_floats_portable(const void *floats, size_t count, float *sums) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    float value;
    memcpy(&bits, (const char *)floats + 4 * i, sizeof bits);
    memcpy(&value, &bits, sizeof value);
    if ((bits & 0x7f800000) != 0x7f800000) sums[i] += value;
  }
}

void farmio_image_box_portable(const float *upper, const float *lower, size_t count,
                               float *means) {
  for (size_t i = 0; i < count; i++) {
    float left = upper[2 * i] + lower[2 * i];
    float right = upper[2 * i + 1] + lower[2 * i + 1];
    means[i] = (left + right) * 0.25f;
  }
}

void farmio_image_blend_portable(const float *row, size_t count, float weight, float *sums) {
  for (size_t i = 0; i < count; i++) {
    float product = weight * row[i];
    sums[i] += product;
  }
}
