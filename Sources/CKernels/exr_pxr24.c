// The planes of PXR24: what is left when the vectors are done, and dispatch.
#include "dispatch.h"
#include "exr_planes.h"

/// The 24 most significant bits of a float, rounded half up in magnitude. What would round to
/// infinity is cut instead, and no NaN becomes an infinity.
static uint32_t cut(uint32_t bits) {
  uint32_t sign = bits & 0x80000000, magnitude = bits & 0x7FFFFFFF;
  uint32_t kept = magnitude >> 8;
  if (magnitude > 0x7F800000)
    kept |= (kept & 0x7FFF) == 0;
  else if (magnitude < 0x7F7FFF80)
    kept = (magnitude + (magnitude & 0x80)) >> 8;
  return sign >> 8 | kept;
}

static size_t sample_bytes(int count) { return count == 2 ? 2 : 4; }

void farmio_exr_pxr24_join_rest(const uint8_t *planes, size_t samples, int count, uint8_t *target,
                                size_t done, uint32_t before) {
  size_t bytes = sample_bytes(count);
  for (size_t i = done; i < samples; i++) {
    uint32_t difference = 0;
    for (int plane = 0; plane < count; plane++)
      difference = difference << 8 | planes[(size_t)plane * samples + i];
    before += difference;
    uint32_t value = count == 3 ? before << 8 : before;
    memcpy(target + i * bytes, &value, bytes);
  }
}

size_t farmio_exr_pxr24_split_range(const uint8_t *source, size_t samples, int count,
                                    uint8_t *planes, size_t at, size_t end) {
  size_t bytes = sample_bytes(count);
  uint32_t before = 0;
  if (at > 0) memcpy(&before, source + (at - 1) * bytes, bytes);
  if (count == 3) before = cut(before);
  for (; at < end && at < samples; at++) {
    uint32_t value = 0;
    memcpy(&value, source + at * bytes, bytes);
    if (count == 3) value = cut(value);
    uint32_t difference = value - before;
    before = value;
    for (int plane = count - 1; plane >= 0; plane--, difference >>= 8)
      planes[(size_t)plane * samples + at] = (uint8_t)difference;
  }
  return at;
}

void farmio_exr_pxr24_join(const uint8_t *planes, size_t samples, int count, uint8_t *target) {
  DISPATCH(farmio_exr_pxr24_join, planes, samples, count, target)
}

void farmio_exr_pxr24_split(const uint8_t *source, size_t samples, int count, uint8_t *planes) {
  DISPATCH(farmio_exr_pxr24_split, source, samples, count, planes)
}
