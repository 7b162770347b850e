// One pass over a row of samples: what a row holds, how far two rows differ, what stands out.
//
// Samples are little-endian, as EXR stores them, at any alignment: half (2 bytes), float and uint
// (4 bytes). A "key" is a sample's bits as a signed integer that sorts like the value: bits of
// negative numbers have all but the sign turned over, a uint has its highest bit turned over. Both
// zeros are zero here, though -0 has the key -1. Keys of halves have 16 bits, the others 32.
//
// Sums are the same in every variant, to the last bit: sample i of a row belongs to lane i mod 16.
// A lane adds doubles; of halves, it first adds floats over 512 samples of the row. In the end the
// sixteen lanes are added in order, the first to zero.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

#ifdef __cplusplus
extern "C" {
#endif

/// What a row holds. All but the first three fields are about finite samples alone.
typedef struct {
  uint32_t nans, positive_infinities, negative_infinities;
  uint32_t zeros, negatives, denormals;
  uint32_t clipped;     // halves whose magnitude is 65504
  uint32_t over_limit;  // samples whose key exceeds the limit
  int32_t least;        // key; above `greatest` if no sample is finite
  int32_t greatest;     // key
  double sum;
} farmio_pixel_row;

/// Looks at `count` samples. `limit` is a key.
typedef void farmio_pixel_survey_function(const uint8_t *samples, size_t count, int32_t limit,
                                          farmio_pixel_row *row);

/// How far two rows differ. Samples are equal if their values are (so -0 and +0 are), or if both
/// are NaN. Where they differ and either is not finite, there is no distance to tell.
typedef struct {
  uint32_t differing;    // all that are not equal
  uint32_t unmeasured;   // those of them without a distance
  uint32_t first_group;  // if any differ: the first of 16 samples among which the first of them is
  uint32_t last_group;   // the same of the last of them
  double greatest;       // distance
  double sum;            // of distances
  double squares;        // sum of the squares of distances
} farmio_pixel_distance;

/// Compares `count` samples of one type. Where `columns` is given, every column is raised to the
/// distance found in it, as a float; to infinity where there is none to tell.
typedef void farmio_pixel_compare_function(const uint8_t *a, const uint8_t *b, size_t count,
                                           float *_Nullable columns,
                                           farmio_pixel_distance *distance);

/// Raises every element of `peaks`, which are bits of halves, to the sample in its place: nothing
/// for what is negative or not finite. Floats are cut to halves, at most 65504.
typedef void farmio_pixel_peaks_function(const uint8_t *samples, size_t count, uint16_t *peaks);

/// Finds the elements of `row` that reach `floor` and exceed each of their eight neighbours by a
/// factor of 2 to the power of `stops` (for halves that are no denormals). `above` and `below` may
/// be null at the border; so all columns have between three and eight neighbours. Writes their
/// columns, in order, and returns how many there are; `found` has room for `count`.
typedef size_t farmio_pixel_sparks_function(const uint16_t *_Nullable above, const uint16_t *row,
                                            const uint16_t *_Nullable below, size_t count,
                                            uint16_t floor, uint16_t stops, uint32_t *found);

#define FARMIO_PIXEL_VARIANT(suffix)                                                         \
  farmio_pixel_survey_function farmio_pixel_survey_half##suffix,                             \
      farmio_pixel_survey_float##suffix, farmio_pixel_survey_uint##suffix;                   \
  farmio_pixel_compare_function farmio_pixel_compare_half##suffix,                           \
      farmio_pixel_compare_float##suffix;                                                    \
  farmio_pixel_peaks_function farmio_pixel_peaks_half##suffix, farmio_pixel_peaks_float##suffix; \
  farmio_pixel_sparks_function farmio_pixel_sparks##suffix;

FARMIO_PIXEL_VARIANT()
FARMIO_PIXEL_VARIANT(_portable)
#if defined(__x86_64__)
FARMIO_PIXEL_VARIANT(_avx2)    // AVX2 and F16C
FARMIO_PIXEL_VARIANT(_avx512)
#endif

/// A set of samples: those whose bits, after `mask`, are `first` to `first + span`.
typedef struct {
  uint32_t mask, first, span;
} farmio_pixel_class;

/// The first and the last of `count` samples of `bytes` bytes (2 or 4) that belong to a class;
/// `count` if none does.
size_t farmio_pixel_first(const uint8_t *samples, size_t count, int bytes,
                          farmio_pixel_class wanted);
size_t farmio_pixel_last(const uint8_t *samples, size_t count, int bytes,
                         farmio_pixel_class wanted);

/// Sets the mark of every group of 16 columns in which a sample is not zero under `mask`. Sample 0
/// is column `phase` (below 16) of the first group.
void farmio_pixel_mark(const uint8_t *samples, size_t count, int bytes, uint32_t mask,
                       size_t phase, uint8_t *marks);

/// Sets `hits[i]` where sample i of `cover` is zero under its mask, and that of `other` is not. The
/// mask of a half is always 0x7FFF.
/// Returns how many of the `count` hits are set in the end.
size_t farmio_pixel_uncovered(const uint8_t *cover, int cover_bytes, uint32_t cover_mask,
                              const uint8_t *other, int other_bytes, uint32_t other_mask,
                              size_t count, uint8_t *hits);

#ifdef __cplusplus
}
#endif

#pragma clang assume_nonnull end
