// The byte shuffle: what is left when the vectors are done, and dispatch.
#include "dispatch.h"
#include "shuffle.h"

// Elements at a time, so that a plane's cache line is written whole while it is at hand.
enum { BLOCK = 64 };

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

void farmio_shuffle_rest(const uint8_t *source, size_t count, int stride, uint8_t *target,
                         size_t done) {
  size_t bytes = (size_t)stride, elements = count / bytes;
  for (size_t from = done; from < elements; from += BLOCK) {
    size_t to = least(from + BLOCK, elements);
    for (size_t k = 0; k < bytes; k++)
      for (size_t i = from; i < to; i++) target[k * elements + i] = source[i * bytes + k];
  }
  memcpy(target + elements * bytes, source + elements * bytes, count - elements * bytes);
}

void farmio_unshuffle_rest(const uint8_t *source, size_t count, int stride, uint8_t *target,
                           size_t done) {
  size_t bytes = (size_t)stride, elements = count / bytes;
  for (size_t from = done; from < elements; from += BLOCK) {
    size_t to = least(from + BLOCK, elements);
    for (size_t k = 0; k < bytes; k++)
      for (size_t i = from; i < to; i++) target[i * bytes + k] = source[k * elements + i];
  }
  memcpy(target + elements * bytes, source + elements * bytes, count - elements * bytes);
}

void farmio_shuffle(const uint8_t *source, size_t count, int stride, uint8_t *target) {
  DISPATCH(farmio_shuffle, source, count, stride, target)
}

void farmio_unshuffle(const uint8_t *source, size_t count, int stride, uint8_t *target) {
  DISPATCH(farmio_unshuffle, source, count, stride, target)
}

void farmio_difference(uint8_t *bytes, size_t count) { DISPATCH(farmio_difference, bytes, count) }

void farmio_sum(uint8_t *bytes, size_t count) { DISPATCH(farmio_sum, bytes, count) }
