// Which variant of the image rows runs, and the rows that have only one.
#include "CKernels.h"

#if defined(__x86_64__)
int farmio_image_supported(void) {
  return farmio_kernel_supported() >= FARMIO_AVX2 && __builtin_cpu_supports("f16c");
}

#define FARMIO_IMAGE_PICK(name, ...)                                           \
  if (farmio_kernel_level() >= FARMIO_AVX2 && __builtin_cpu_supports("f16c"))  \
    farmio_image_##name##_f16c(__VA_ARGS__);                                   \
  else                                                                         \
    farmio_image_##name##_portable(__VA_ARGS__)
#else
int farmio_image_supported(void) { return 0; }

#define FARMIO_IMAGE_PICK(name, ...) farmio_image_##name##_portable(__VA_ARGS__)
#endif

void farmio_image_widen(const void *halves, size_t count, float *floats) {
  FARMIO_IMAGE_PICK(widen, halves, count, floats);
}

void farmio_image_narrow(const float *floats, size_t count, uint16_t *halves) {
  FARMIO_IMAGE_PICK(narrow, floats, count, halves);
}

void farmio_image_add_halves(const void *halves, size_t count, float *sums) {
  FARMIO_IMAGE_PICK(add_halves, halves, count, sums);
}

void farmio_image_add_floats(const void *floats, size_t count, float *sums) {
  FARMIO_IMAGE_PICK(add_floats, floats, count, sums);
}

void farmio_image_box(const float *upper, const float *lower, size_t count, float *means) {
  FARMIO_IMAGE_PICK(box, upper, lower, count, means);
}

void farmio_image_blend(const float *row, size_t count, float weight, float *sums) {
  FARMIO_IMAGE_PICK(blend, row, count, weight, sums);
}

void farmio_image_show(const uint16_t *red, const uint16_t *green, const uint16_t *blue,
                       size_t count, const uint8_t *table, uint8_t *pixels) {
  for (size_t i = 0; i < count; i++) {
    pixels[3 * i] = table[red[i]];
    pixels[3 * i + 1] = table[green[i]];
    pixels[3 * i + 2] = table[blue[i]];
  }
}

void farmio_image_filter(const uint8_t *row, const uint8_t *above, size_t count, int step,
                         uint8_t *filtered) {
  size_t first = (size_t)step < count ? (size_t)step : count;
  uint32_t left = 0, up = 0;
  for (size_t i = first; i < count; i++) {
    int8_t across = (int8_t)(row[i] - row[i - (size_t)step]), down = (int8_t)(row[i] - above[i]);
    left += (uint32_t)(across < 0 ? -across : across);
    up += (uint32_t)(down < 0 ? -down : down);
  }
  *filtered++ = left < up ? 1 : 2;
  if (left < up) {
    for (size_t i = 0; i < first; i++) filtered[i] = row[i];
    for (size_t i = first; i < count; i++) filtered[i] = (uint8_t)(row[i] - row[i - (size_t)step]);
  } else {
    for (size_t i = 0; i < count; i++) filtered[i] = (uint8_t)(row[i] - above[i]);
  }
}
