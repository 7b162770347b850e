// The pixel kernels: dispatch, and what one text does well enough for every CPU.
#include "dispatch.h"

#include <string.h>

#define SURVEY(type)                                                                           \
  void farmio_pixel_survey_##type(const uint8_t *samples, size_t count, int32_t limit,         \
                                  farmio_pixel_row *row) {                                     \
    DISPATCH_WIDE(farmio_pixel_survey_##type, samples, count, limit, row)                      \
  }

#define COMPARE(type)                                                                          \
  void farmio_pixel_compare_##type(const uint8_t *a, const uint8_t *b, size_t count,           \
                                   float *columns, farmio_pixel_distance *distance) {          \
    DISPATCH_WIDE(farmio_pixel_compare_##type, a, b, count, columns, distance)                 \
  }

#define PEAKS(type)                                                                            \
  void farmio_pixel_peaks_##type(const uint8_t *samples, size_t count, uint16_t *peaks) {      \
    DISPATCH_WIDE(farmio_pixel_peaks_##type, samples, count, peaks)                            \
  }

SURVEY(half)
SURVEY(float)
SURVEY(uint)
COMPARE(half)
COMPARE(float)
PEAKS(half)
PEAKS(float)

size_t farmio_pixel_sparks(const uint16_t *above, const uint16_t *row, const uint16_t *below,
                           size_t count, uint16_t floor, uint16_t stops, uint32_t *found) {
  DISPATCH_WIDE(farmio_pixel_sparks, above, row, below, count, floor, stops, found)
}

static inline uint32_t bits_at(const uint8_t *samples, size_t index, int bytes) {
  if (bytes == 2) {
    uint16_t half;
    memcpy(&half, samples + 2 * index, 2);
    return half;
  }
  uint32_t word;
  memcpy(&word, samples + 4 * index, 4);
  return word;
}

// Samples that are tested at once, before any is asked by itself.
enum { GROUP = 64 };

static inline size_t count_in(const uint8_t *samples, size_t from, size_t to, int bytes,
                              farmio_pixel_class wanted) {
  size_t members = 0;
  for (size_t i = from; i < to; i++)
    members += (bits_at(samples, i, bytes) & wanted.mask) - wanted.first <= wanted.span;
  return members;
}

static inline int has(const uint8_t *samples, size_t from, size_t to, int bytes,
                      farmio_pixel_class wanted) {
  return bytes == 2 ? count_in(samples, from, to, 2, wanted) > 0
                    : count_in(samples, from, to, 4, wanted) > 0;
}

size_t farmio_pixel_first(const uint8_t *samples, size_t count, int bytes,
                          farmio_pixel_class wanted) {
  size_t at = 0;
  while (at + GROUP <= count && !has(samples, at, at + GROUP, bytes, wanted)) at += GROUP;
  while (at < count && !has(samples, at, at + 1, bytes, wanted)) at++;
  return at;
}

size_t farmio_pixel_last(const uint8_t *samples, size_t count, int bytes,
                         farmio_pixel_class wanted) {
  size_t end = count;
  while (end >= GROUP && !has(samples, end - GROUP, end, bytes, wanted)) end -= GROUP;
  while (end > 0 && !has(samples, end - 1, end, bytes, wanted)) end--;
  return end > 0 ? end - 1 : count;
}

static inline void mark(const uint8_t *samples, size_t count, int bytes, uint32_t mask,
                        size_t phase, uint8_t *marks) {
  for (size_t at = 0, cell = 0; at < count; cell++) {
    size_t end = 16 * (cell + 1) - phase;
    if (end > count) end = count;
    uint32_t any = 0;
    if (end - at == 16)
      for (size_t i = 0; i < 16; i++) any |= bits_at(samples, at + i, bytes);
    else
      for (size_t i = at; i < end; i++) any |= bits_at(samples, i, bytes);
    marks[cell] |= (any & mask) != 0;
    at = end;
  }
}

void farmio_pixel_mark(const uint8_t *samples, size_t count, int bytes, uint32_t mask,
                       size_t phase, uint8_t *marks) {
  if (bytes == 2)
    mark(samples, count, 2, mask, phase, marks);
  else
    mark(samples, count, 4, mask, phase, marks);
}

static inline void uncover(const uint8_t *cover, int cover_bytes, uint32_t cover_mask,
                           const uint8_t *other, int other_bytes, uint32_t other_mask,
                           size_t count, uint8_t *hits) {
  for (size_t i = 0; i < count; i++) {
    uint32_t covered = bits_at(cover, i, cover_bytes) & cover_mask;
    uint32_t shown = bits_at(other, i, other_bytes) & other_mask;
    hits[i] |= (uint8_t)(!covered & (shown != 0));
  }
}

// Halves alone are worth a loop of 16-bit lanes.
static inline void uncover_halves(const uint8_t *cover, const uint8_t *other, size_t count,
                                  uint8_t *hits) {
  for (size_t i = 0; i < count; i++) {
    uint16_t covered, shown;
    memcpy(&covered, cover + 2 * i, 2);
    memcpy(&shown, other + 2 * i, 2);
    covered <<= 1, shown <<= 1;
    hits[i] |= (uint8_t)(covered == 0 ? shown != 0 : 0);
  }
}

size_t farmio_pixel_uncovered(const uint8_t *cover, int cover_bytes, uint32_t cover_mask,
                              const uint8_t *other, int other_bytes, uint32_t other_mask,
                              size_t count, uint8_t *hits) {
  if (cover_bytes == 2 && other_bytes == 2)
    uncover_halves(cover, other, count, hits);
  else
    uncover(cover, cover_bytes, cover_mask, other, other_bytes, other_mask, count, hits);
  size_t total = 0;
  for (size_t from = 0; from < count; from += 128) {
    size_t end = count - from < 128 ? count : from + 128;
    uint8_t some = 0;
    for (size_t i = from; i < end; i++) some = (uint8_t)(some + hits[i]);
    total += some;
  }
  return total;
}
