// The planes of PXR24 over vectors of any width. A variant includes this file behind
// exr_planes_template.h, whose vectors and shuffles it shares. Differences start anew in each row.

typedef uint32_t longs_v __attribute__((vector_size(16 * LANES)));

// Byte i of elements of four bytes whose low halves stand in a and high halves in b.
#define PAIR_LOW(l, i) ((i) % 4 / 2 * BYTES + 8 * (l) + (i) / 4 * 2 + (i) % 2)
#define PAIR_HIGH(l, i) ((i) % 4 / 2 * BYTES + BYTES / 2 + 8 * (l) + (i) / 4 * 2 + (i) % 2)
// The last element of four bytes one or two lanes before, and the last of all.
#define LANE_BEFORE_1_4(l, i) ((l) < 1 ? 0 : BYTES + 16 * (l) - 4 + (i) % 4)
#define LANE_BEFORE_2_4(l, i) ((l) < 2 ? 0 : BYTES + 16 * (l) - 20 + (i) % 4)
#define LAST_FOUR(l, i) (2 * BYTES - 4 + (i) % 4)
#define L_PAIR_LOW(l) SIXTEEN(PAIR_LOW, l)
#define L_PAIR_HIGH(l) SIXTEEN(PAIR_HIGH, l)
#define L_LANE_BEFORE_1_4(l) SIXTEEN(LANE_BEFORE_1_4, l)
#define L_LANE_BEFORE_2_4(l) SIXTEEN(LANE_BEFORE_2_4, l)
#define L_LAST_FOUR(l) SIXTEEN(LAST_FOUR, l)

/// Sums elements of two bytes on, from those in `carried`, which become the last one.
INLINE words_v sum_words(bytes_v bytes, words_v *carried) {
  const bytes_v zero = {0};
  words_v v = (words_v)bytes;
  v += (words_v)SHUFFLE(zero, (bytes_v)v, L_BEFORE_2);
  v += (words_v)SHUFFLE(zero, (bytes_v)v, L_BEFORE_4);
  v += (words_v)SHUFFLE(zero, (bytes_v)v, L_BEFORE_8);
  if (LANES > 1) v += (words_v)SHUFFLE(zero, (bytes_v)v, L_LANE_BEFORE_1);
  if (LANES > 2) v += (words_v)SHUFFLE(zero, (bytes_v)v, L_LANE_BEFORE_2);
  words_v last = (words_v)SHUFFLE(zero, (bytes_v)v, L_LAST_PAIR);
  v += *carried;
  *carried += last;
  return v;
}

/// Sums elements of four bytes on likewise.
INLINE longs_v sum_longs(bytes_v bytes, longs_v *carried) {
  const bytes_v zero = {0};
  longs_v v = (longs_v)bytes;
  v += (longs_v)SHUFFLE(zero, (bytes_v)v, L_BEFORE_4);
  v += (longs_v)SHUFFLE(zero, (bytes_v)v, L_BEFORE_8);
  if (LANES > 1) v += (longs_v)SHUFFLE(zero, (bytes_v)v, L_LANE_BEFORE_1_4);
  if (LANES > 2) v += (longs_v)SHUFFLE(zero, (bytes_v)v, L_LANE_BEFORE_2_4);
  longs_v last = (longs_v)SHUFFLE(zero, (bytes_v)v, L_LAST_FOUR);
  v += *carried;
  *carried += last;
  return v;
}

static void join_halves(const uint8_t *planes, size_t samples, uint8_t *target) {
  words_v carried = {0};
  size_t at = 0;
  for (; at + BYTES <= samples; at += BYTES) {
    bytes_v high = load(planes + at), low = load(planes + samples + at);
    words_v a = sum_words(SHUFFLE(low, high, L_JOIN_LOW), &carried);
    words_v b = sum_words(SHUFFLE(low, high, L_JOIN_HIGH), &carried);
    store(target + 2 * at, (bytes_v)a);
    store(target + 2 * at + BYTES, (bytes_v)b);
  }
  farmio_exr_pxr24_join_rest(planes, samples, 2, target, at, carried[0]);
}

/// Joins three planes, whose sums get a zero byte below, or four.
INLINE void join_longs(const uint8_t *planes, size_t samples, int count, uint8_t *target) {
  longs_v carried = {0};
  size_t at = 0;
  for (; at + BYTES <= samples; at += BYTES) {
    const uint8_t *plane = planes + at;
    bytes_v p0 = load(plane), p1 = load(plane + samples), p2 = load(plane + 2 * samples), p3 = {0};
    if (count == 4) p3 = load(plane + 3 * samples);
    bytes_v low[2] = {SHUFFLE(p3, p2, L_JOIN_LOW), SHUFFLE(p3, p2, L_JOIN_HIGH)};
    bytes_v high[2] = {SHUFFLE(p1, p0, L_JOIN_LOW), SHUFFLE(p1, p0, L_JOIN_HIGH)};
#pragma clang loop unroll(full)
    for (int i = 0; i < 2; i++) {
      longs_v a = sum_longs(SHUFFLE(low[i], high[i], L_PAIR_LOW), &carried);
      longs_v b = sum_longs(SHUFFLE(low[i], high[i], L_PAIR_HIGH), &carried);
      store(target + 4 * at + (size_t)(2 * i) * BYTES, (bytes_v)a);
      store(target + 4 * at + (size_t)(2 * i + 1) * BYTES, (bytes_v)b);
    }
  }
  farmio_exr_pxr24_join_rest(planes, samples, count, target, at, carried[0] >> (32 - 8 * count));
}

void NAME(exr_pxr24_join)(const uint8_t *planes, size_t samples, int count, uint8_t *target) {
  if (count == 2) return join_halves(planes, samples, target);
  if (count == 3) return join_longs(planes, samples, 3, target);
  join_longs(planes, samples, 4, target);
}

/// farmio_exr_cut in every element, shifted left by 8 bits.
INLINE longs_v cut(longs_v bits) {
  longs_v sign = bits & 0x80000000, magnitude = bits & 0x7FFFFFFF;
  longs_v rounded = magnitude + (magnitude & 0x80);
  longs_v is_nan = (longs_v)(magnitude > 0x7F800000);
  longs_v is_low = (longs_v)((magnitude & 0x007FFF00) == 0);
  longs_v rounds = (longs_v)(magnitude < 0x7F7FFF80);
  longs_v kept = (rounded & rounds) | (magnitude & ~rounds) | (is_nan & is_low & 0x100);
  return (sign | kept) & 0xFFFFFF00;
}

static void split_halves(const uint8_t *source, size_t samples, uint8_t *planes) {
  size_t at = farmio_exr_pxr24_split_range(source, samples, 2, planes, 0, 1);
  for (; at + BYTES <= samples; at += BYTES) {
    const uint8_t *from = source + 2 * at;
    bytes_v a = (bytes_v)((words_v)load(from) - (words_v)load(from - 2));
    bytes_v b = (bytes_v)((words_v)load(from + BYTES) - (words_v)load(from + BYTES - 2));
    store(planes + at, SHUFFLE(a, b, L_ODD));
    store(planes + samples + at, SHUFFLE(a, b, L_EVEN));
  }
  farmio_exr_pxr24_split_range(source, samples, 2, planes, at, samples);
}

INLINE void split_longs(const uint8_t *source, size_t samples, int count, uint8_t *planes) {
  size_t at = farmio_exr_pxr24_split_range(source, samples, count, planes, 0, 1);
  for (; at + BYTES <= samples; at += BYTES) {
    bytes_v v[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
      const uint8_t *from = source + 4 * at + (size_t)i * BYTES;
      longs_v here = (longs_v)load(from), before = (longs_v)load(from - 4);
      v[i] = (bytes_v)(count == 3 ? cut(here) - cut(before) : here - before);
    }
    bytes_v even[2] = {SHUFFLE(v[0], v[1], L_EVEN), SHUFFLE(v[2], v[3], L_EVEN)};
    bytes_v odd[2] = {SHUFFLE(v[0], v[1], L_ODD), SHUFFLE(v[2], v[3], L_ODD)};
    uint8_t *plane = planes + at;
    store(plane, SHUFFLE(odd[0], odd[1], L_ODD));
    store(plane + samples, SHUFFLE(even[0], even[1], L_ODD));
    store(plane + 2 * samples, SHUFFLE(odd[0], odd[1], L_EVEN));
    if (count == 4) store(plane + 3 * samples, SHUFFLE(even[0], even[1], L_EVEN));
  }
  farmio_exr_pxr24_split_range(source, samples, count, planes, at, samples);
}

void NAME(exr_pxr24_split)(const uint8_t *source, size_t samples, int count, uint8_t *planes) {
  if (count == 2) return split_halves(source, samples, planes);
  if (count == 3) return split_longs(source, samples, 3, planes);
  split_longs(source, samples, 4, planes);
}
