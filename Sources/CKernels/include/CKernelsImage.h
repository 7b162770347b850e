// Rows of image samples: conversion, sums for reductions, and the last step to 8 bits.
//
// Source and target do not overlap. What is `const void *` comes from a file and may start at any
// address. A function without a suffix picks the best variant; `_f16c` needs AVX2 and F16C, see
// farmio_image_supported.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Whether this CPU runs the `_f16c` variants.
int farmio_image_supported(void);

#define FARMIO_IMAGE_VARIANT(suffix)                                                              \
  /* Exact; a signalling NaN becomes the quiet one. */                                            \
  void farmio_image_widen##suffix(const void *halves, size_t count, float *floats);               \
  /* To the nearest, ties to even; beyond 65,520 infinite; a NaN stays one. */                    \
  void farmio_image_narrow##suffix(const float *floats, size_t count, uint16_t *halves);          \
  /* Adds each sample to its sum; what is not finite counts as 0. */                              \
  void farmio_image_add_halves##suffix(const void *halves, size_t count, float *sums);            \
  void farmio_image_add_floats##suffix(const void *floats, size_t count, float *sums);            \
  /* Means of 2 by 2 samples; each row has 2 * count of them. */                                  \
  void farmio_image_box##suffix(const float *upper, const float *lower, size_t count,             \
                                float *means);                                                    \
  /* sums[i] += weight * row[i]. */                                                               \
  void farmio_image_blend##suffix(const float *row, size_t count, float weight, float *sums);

FARMIO_IMAGE_VARIANT()
FARMIO_IMAGE_VARIANT(_portable)
#if defined(__x86_64__)
FARMIO_IMAGE_VARIANT(_f16c)
#endif

/// A row of 3 bytes a pixel, each the table's entry (of 65,536) for a half's bits.
void farmio_image_show(const uint16_t *red, const uint16_t *green, const uint16_t *blue,
                       size_t count, const uint8_t *table, uint8_t *pixels);

/// Filters a row of a PNG, `count` bytes of `step` a pixel, by the difference to the pixel at its left
/// or to the one above it, whichever has the smaller ones. Writes the filter's number and the row.
void farmio_image_filter(const uint8_t *row, const uint8_t *above, size_t count, int step,
                         uint8_t *filtered);

#pragma clang assume_nonnull end
