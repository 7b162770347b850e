// The EXR byte planes over vectors of any width. A variant defines LANES and NAME(function) for its
// names, then includes this file.
//
// Planes are the even-numbered bytes, then the odd-numbered ones; every byte but the first is the
// difference to the byte before plus 128. So byte k is the sum of the differences up to k, and 128
// more wherever k is odd: 128 k mod 256 is 128 or 0.
//
// Joining interleaves first and sums afterwards, over every second byte, since that sum takes one
// step less than two sums of neighbours. What the odd-numbered bytes start from, the sum of the
// whole first plane, is taken before; adding up without intermediate sums is nearly free.
#include "lanes.h"

#define JOIN_LOW(l, i) ((i) % 2 * BYTES + 8 * (l) + (i) / 2)
#define JOIN_HIGH(l, i) ((i) % 2 * BYTES + BYTES / 2 + 8 * (l) + (i) / 2)
#define EVEN(l, i) (2 * (16 * (l) + (i)))
#define ODD(l, i) (2 * (16 * (l) + (i)) + 1)
#define L_JOIN_LOW(l) SIXTEEN(JOIN_LOW, l)
#define L_JOIN_HIGH(l) SIXTEEN(JOIN_HIGH, l)
#define L_EVEN(l) SIXTEEN(EVEN, l)
#define L_ODD(l) SIXTEEN(ODD, l)

// Of (zero, v): the byte k places before in its lane; the last pair one or two lanes before; the
// last pair of all.
#define BEFORE(l, i, k) ((i) < (k) ? 0 : BYTES + 16 * (l) + (i) - (k))
#define BEFORE_2(l, i) BEFORE(l, i, 2)
#define BEFORE_4(l, i) BEFORE(l, i, 4)
#define BEFORE_8(l, i) BEFORE(l, i, 8)
#define LANE_BEFORE_1(l, i) ((l) < 1 ? 0 : BYTES + 16 * (l) - 2 + (i) % 2)
#define LANE_BEFORE_2(l, i) ((l) < 2 ? 0 : BYTES + 16 * (l) - 18 + (i) % 2)
#define LAST_PAIR(l, i) (2 * BYTES - 2 + (i) % 2)
#define L_BEFORE_2(l) SIXTEEN(BEFORE_2, l)
#define L_BEFORE_4(l) SIXTEEN(BEFORE_4, l)
#define L_BEFORE_8(l) SIXTEEN(BEFORE_8, l)
#define L_LANE_BEFORE_1(l) SIXTEEN(LANE_BEFORE_1, l)
#define L_LANE_BEFORE_2(l) SIXTEEN(LANE_BEFORE_2, l)
#define L_LAST_PAIR(l) SIXTEEN(LAST_PAIR, l)

INLINE bytes_v load(const uint8_t *at) {
  bytes_v v;
  memcpy(&v, at, BYTES);
  return v;
}

INLINE void store(uint8_t *at, bytes_v v) { memcpy(at, &v, BYTES); }

/// The sum of `count` bytes, mod 256.
INLINE uint8_t total(const uint8_t *bytes, size_t count) {
  bytes_v sums = {0};
  uint8_t sum = 0;
  size_t at = 0;
  for (; at + BYTES <= count; at += BYTES) sums += load(bytes + at);
  for (int i = 0; i < BYTES; i++) sum += sums[i];
  for (; at < count; at++) sum += bytes[at];
  return sum;
}

/// Sums every second byte on, from the pair in `carried`, which becomes the last pair.
INLINE bytes_v sum_pairs(bytes_v v, bytes_v *carried) {
  const bytes_v zero = {0};
  v += SHUFFLE(zero, v, L_BEFORE_2);
  v += SHUFFLE(zero, v, L_BEFORE_4);
  v += SHUFFLE(zero, v, L_BEFORE_8);
  if (LANES > 1) v += SHUFFLE(zero, v, L_LANE_BEFORE_1);
  if (LANES > 2) v += SHUFFLE(zero, v, L_LANE_BEFORE_2);
  // Only this addition waits for the bytes before.
  bytes_v last = SHUFFLE(zero, v, L_LAST_PAIR);
  v += *carried;
  *carried += last;
  return v;
}

void NAME(exr_join)(const uint8_t *planes, size_t count, uint8_t *target) {
  size_t pairs = count / 2, half = count - pairs, at = 0;
  const uint8_t *even = planes, *odd = planes + half;
  bytes_v carried, signs;
  uint8_t first = total(even, half);
  for (int i = 0; i < BYTES; i++) {
    carried[i] = i % 2 ? first : 0;
    signs[i] = (i / 2 + (i % 2 ? half : 0)) % 2 ? 0x80 : 0;
  }
  for (; at + BYTES <= pairs; at += BYTES) {
    bytes_v a = load(even + at), b = load(odd + at);
    bytes_v low = sum_pairs(SHUFFLE(a, b, L_JOIN_LOW), &carried);
    bytes_v high = sum_pairs(SHUFFLE(a, b, L_JOIN_HIGH), &carried);
    store(target + 2 * at, low ^ signs);
    store(target + 2 * at + BYTES, high ^ signs);
  }
  uint8_t a = carried[0], b = carried[1];
  for (; at < pairs; at++) {
    a += even[at], b += odd[at];
    target[2 * at] = a ^ (uint8_t)(at % 2 << 7);
    target[2 * at + 1] = b ^ (uint8_t)((at + half) % 2 << 7);
  }
  if (half > pairs) target[2 * at] = (uint8_t)(a + even[at]) ^ (uint8_t)(at % 2 << 7);
}

void NAME(exr_split)(const uint8_t *source, size_t count, uint8_t *planes) {
  size_t pairs = count / 2, half = count - pairs, at = 1;
  uint8_t *even = planes, *odd = planes + half;
  if (count == 0) return;
  even[0] = source[0];
  if (pairs > 0) odd[0] = (uint8_t)(source[1] - source[2 * (half - 1)] + 128);
  for (; at + BYTES <= pairs; at += BYTES) {
    const uint8_t *pair = source + 2 * at;
    bytes_v a = load(pair) - load(pair - 2) + 128;
    bytes_v b = load(pair + BYTES) - load(pair + BYTES - 2) + 128;
    store(even + at, SHUFFLE(a, b, L_EVEN));
    store(odd + at, SHUFFLE(a, b, L_ODD));
  }
  for (size_t i = at; i < pairs; i++) odd[i] = (uint8_t)(source[2 * i + 1] - source[2 * i - 1] + 128);
  for (; at < half; at++) even[at] = (uint8_t)(source[2 * at] - source[2 * at - 2] + 128);
}
