// The byte shuffle over vectors of any width. A variant defines LANES, load_lanes and store_lanes,
// NAME(function) for its names, then includes this file.
//
// A group is 16 * LANES elements of `stride` bytes. Lane l of every vector works on the elements
// 16 l .. 16 l + 15, as if it were alone; so a plane's vector leaves in order.
//
// A byte of a lane's group has the address (element, byte): four bits of element above the bits
// of the byte. A zip, which interleaves the first half of the vectors with the second, turns the
// address left by one bit. Four zips turn (element, byte) into (byte, element): the shuffle. As
// many zips as the stride is a power of two turn it back. Strides of three times such a power are
// first dealt out to three hands, in units of that power.
#include "lanes.h"

#define ZIP_LOW(l, i) ((i) % 2 * BYTES + 16 * (l) + (i) / 2)
#define ZIP_HIGH(l, i) ((i) % 2 * BYTES + 16 * (l) + 8 + (i) / 2)
#define L_ZIP_LOW(l) SIXTEEN(ZIP_LOW, l)
#define L_ZIP_HIGH(l) SIXTEEN(ZIP_HIGH, l)

// Byte i of hand h stands at DEALT among the 48 bytes of three vectors; byte i of vector v belongs
// into hand HAND, at HELD.
#define DEALT(h, i) ((3 * ((i) / UNIT) + (h)) * UNIT + (i) % UNIT)
#define HAND(v, i) ((16 * (v) + (i)) / UNIT % 3)
#define HELD(v, i) ((16 * (v) + (i)) / UNIT / 3 * UNIT + (i) % UNIT)

// A byte from one of three vectors: first from the first two, then from the third.
#define OF_TWO(l, vector, byte) ((vector) == 2 ? -1 : (vector) * BYTES + 16 * (l) + (byte))
#define OF_REST(l, i, vector, byte) ((vector) == 2 ? BYTES + 16 * (l) + (byte) : 16 * (l) + (i))
#define DEAL_(l, i, h) OF_TWO(l, DEALT(h, i) / 16, DEALT(h, i) % 16)
#define DEAL_REST_(l, i, h) OF_REST(l, i, DEALT(h, i) / 16, DEALT(h, i) % 16)
#define COLLECT_(l, i, v) OF_TWO(l, HAND(v, i), HELD(v, i))
#define COLLECT_REST_(l, i, v) OF_REST(l, i, HAND(v, i), HELD(v, i))
#define DEAL_0(l, i) DEAL_(l, i, 0)
#define DEAL_1(l, i) DEAL_(l, i, 1)
#define DEAL_2(l, i) DEAL_(l, i, 2)
#define DEAL_REST_0(l, i) DEAL_REST_(l, i, 0)
#define DEAL_REST_1(l, i) DEAL_REST_(l, i, 1)
#define DEAL_REST_2(l, i) DEAL_REST_(l, i, 2)
#define COLLECT_0(l, i) COLLECT_(l, i, 0)
#define COLLECT_1(l, i) COLLECT_(l, i, 1)
#define COLLECT_2(l, i) COLLECT_(l, i, 2)
#define COLLECT_REST_0(l, i) COLLECT_REST_(l, i, 0)
#define COLLECT_REST_1(l, i) COLLECT_REST_(l, i, 1)
#define COLLECT_REST_2(l, i) COLLECT_REST_(l, i, 2)
#define L_DEAL_0(l) SIXTEEN(DEAL_0, l)
#define L_DEAL_1(l) SIXTEEN(DEAL_1, l)
#define L_DEAL_2(l) SIXTEEN(DEAL_2, l)
#define L_DEAL_REST_0(l) SIXTEEN(DEAL_REST_0, l)
#define L_DEAL_REST_1(l) SIXTEEN(DEAL_REST_1, l)
#define L_DEAL_REST_2(l) SIXTEEN(DEAL_REST_2, l)
#define L_COLLECT_0(l) SIXTEEN(COLLECT_0, l)
#define L_COLLECT_1(l) SIXTEEN(COLLECT_1, l)
#define L_COLLECT_2(l) SIXTEEN(COLLECT_2, l)
#define L_COLLECT_REST_0(l) SIXTEEN(COLLECT_REST_0, l)
#define L_COLLECT_REST_1(l) SIXTEEN(COLLECT_REST_1, l)
#define L_COLLECT_REST_2(l) SIXTEEN(COLLECT_REST_2, l)

#define UNIT 1
#define DEAL deal_1
#define COLLECT collect_1
#include "shuffle_deal.h"
#define UNIT 2
#define DEAL deal_2
#define COLLECT collect_2
#include "shuffle_deal.h"
#define UNIT 4
#define DEAL deal_4
#define COLLECT collect_4
#include "shuffle_deal.h"
#define UNIT 8
#define DEAL deal_8
#define COLLECT collect_8
#include "shuffle_deal.h"

INLINE void deal(bytes_v v[3], int unit) {
  if (unit == 1) deal_1(v);
  if (unit == 2) deal_2(v);
  if (unit == 4) deal_4(v);
  if (unit == 8) deal_8(v);
}

INLINE void collect(bytes_v v[3], int unit) {
  if (unit == 1) collect_1(v);
  if (unit == 2) collect_2(v);
  if (unit == 4) collect_4(v);
  if (unit == 8) collect_8(v);
}

/// Turns the address of every byte of `count` vectors left, `turns` times.
INLINE void zip(bytes_v *v, int count, int turns) {
#pragma clang loop unroll(full)
  for (int turn = 0; turn < turns; turn++) {
    bytes_v next[32];
#pragma clang loop unroll(full)
    for (int i = 0; i < count / 2; i++) {
      next[2 * i] = SHUFFLE(v[i], v[i + count / 2], L_ZIP_LOW);
      next[2 * i + 1] = SHUFFLE(v[i], v[i + count / 2], L_ZIP_HIGH);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) v[i] = next[i];
  }
}

/// Splits whole groups of elements of hands * unit bytes into planes that lie `plane` apart; hands
/// is 1 or 3, unit 1, 2, 4, 8, 16 or 32. Returns the number of elements done.
INLINE size_t split(const uint8_t *source, size_t elements, int hands, int unit, uint8_t *target,
                    size_t plane) {
  const int stride = hands * unit;
  size_t done = 0;
  for (; done + BYTES <= elements; done += BYTES) {
    bytes_v v[3][32], dealt[3];
    const uint8_t *group = source + done * (size_t)stride;
#pragma clang loop unroll(full)
    for (int i = 0; i < unit; i++) {
#pragma clang loop unroll(full)
      for (int h = 0; h < hands; h++)
        dealt[h] = load_lanes(group + 16 * (hands * i + h), 16 * (size_t)stride);
      if (hands == 3) deal(dealt, unit);
#pragma clang loop unroll(full)
      for (int h = 0; h < hands; h++) v[h][i] = dealt[h];
    }
#pragma clang loop unroll(full)
    for (int h = 0; h < hands; h++) {
      if (unit > 1) zip(v[h], unit, 4);
#pragma clang loop unroll(full)
      for (int i = 0; i < unit; i++)
        memcpy(target + (size_t)(h * unit + i) * plane + done, &v[h][i], BYTES);
    }
  }
  return done;
}

/// The inverse of split.
INLINE size_t join(const uint8_t *source, size_t elements, int hands, int unit, uint8_t *target,
                   size_t plane) {
  const int stride = hands * unit;
  const int turns = unit == 32 ? 5 : unit == 16 ? 4 : unit == 8 ? 3 : unit == 4 ? 2 : unit == 2;
  size_t done = 0;
  for (; done + BYTES <= elements; done += BYTES) {
    bytes_v v[3][32], held[3];
    uint8_t *group = target + done * (size_t)stride;
#pragma clang loop unroll(full)
    for (int h = 0; h < hands; h++) {
#pragma clang loop unroll(full)
      for (int i = 0; i < unit; i++)
        memcpy(&v[h][i], source + (size_t)(h * unit + i) * plane + done, BYTES);
      zip(v[h], unit, turns);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < unit; i++) {
#pragma clang loop unroll(full)
      for (int h = 0; h < hands; h++) held[h] = v[h][i];
      if (hands == 3) collect(held, unit);
#pragma clang loop unroll(full)
      for (int h = 0; h < hands; h++)
        store_lanes(group + 16 * (hands * i + h), 16 * (size_t)stride, held[h]);
    }
  }
  return done;
}

// Every stride with a path of its own, as hands and unit.
#define EACH_STRIDE(go)                                                                           \
  go(2, 1, 2) go(3, 3, 1) go(4, 1, 4) go(6, 3, 2) go(8, 1, 8) go(12, 3, 4) go(16, 1, 16)          \
  go(24, 3, 8) go(32, 1, 32)

#define SPLIT(stride, hands, unit)                                                                \
  case stride: return split(source, elements, hands, unit, target, elements);
#define JOIN(stride, hands, unit)                                                                 \
  case stride: return join(source, elements, hands, unit, target, elements);

static size_t split_groups(const uint8_t *source, size_t elements, int stride, uint8_t *target) {
  switch (stride) {
    EACH_STRIDE(SPLIT)
    default: return 0;
  }
}

static size_t join_groups(const uint8_t *source, size_t elements, int stride, uint8_t *target) {
  switch (stride) {
    EACH_STRIDE(JOIN)
    default: return 0;
  }
}

void NAME(shuffle)(const uint8_t *source, size_t count, int stride, uint8_t *target) {
  size_t elements = count / (size_t)stride;
  size_t done = split_groups(source, elements, stride, target);
  farmio_shuffle_rest(source, count, stride, target, done);
}

void NAME(unshuffle)(const uint8_t *source, size_t count, int stride, uint8_t *target) {
  size_t elements = count / (size_t)stride;
  size_t done = join_groups(source, elements, stride, target);
  farmio_unshuffle_rest(source, count, stride, target, done);
}

void NAME(difference)(uint8_t *bytes, size_t count) {
  // From the back, so that the byte before is still the original.
  size_t end = count;
  for (; end > BYTES; end -= BYTES) {
    bytes_v here, before;
    memcpy(&here, bytes + end - BYTES, BYTES);
    memcpy(&before, bytes + end - BYTES - 1, BYTES);
    here -= before;
    memcpy(bytes + end - BYTES, &here, BYTES);
  }
  for (; end > 1; end--) bytes[end - 1] -= bytes[end - 2];
}

// Element (l, i) of (zero, v): the byte k places before in its lane; the last byte of the lane k
// before; the last byte of all.
#define BEFORE(l, i, k) ((i) < (k) ? 0 : BYTES + 16 * (l) + (i) - (k))
#define BEFORE_1(l, i) BEFORE(l, i, 1)
#define BEFORE_2(l, i) BEFORE(l, i, 2)
#define BEFORE_4(l, i) BEFORE(l, i, 4)
#define BEFORE_8(l, i) BEFORE(l, i, 8)
#define LANE_BEFORE_1(l, i) ((l) < 1 ? 0 : BYTES + 16 * (l) - 1)
#define LANE_BEFORE_2(l, i) ((l) < 2 ? 0 : BYTES + 16 * (l) - 17)
#define LAST(l, i) (2 * BYTES - 1)
#define L_BEFORE_1(l) SIXTEEN(BEFORE_1, l)
#define L_BEFORE_2(l) SIXTEEN(BEFORE_2, l)
#define L_BEFORE_4(l) SIXTEEN(BEFORE_4, l)
#define L_BEFORE_8(l) SIXTEEN(BEFORE_8, l)
#define L_LANE_BEFORE_1(l) SIXTEEN(LANE_BEFORE_1, l)
#define L_LANE_BEFORE_2(l) SIXTEEN(LANE_BEFORE_2, l)
#define L_LAST(l) SIXTEEN(LAST, l)

void NAME(sum)(uint8_t *bytes, size_t count) {
  const bytes_v zero = {0};
  bytes_v carried = {0};
  size_t at = 0;
  for (; at + BYTES <= count; at += BYTES) {
    bytes_v v;
    memcpy(&v, bytes + at, BYTES);
    v += SHUFFLE(zero, v, L_BEFORE_1);
    v += SHUFFLE(zero, v, L_BEFORE_2);
    v += SHUFFLE(zero, v, L_BEFORE_4);
    v += SHUFFLE(zero, v, L_BEFORE_8);
    if (LANES > 1) v += SHUFFLE(zero, v, L_LANE_BEFORE_1);
    if (LANES > 2) v += SHUFFLE(zero, v, L_LANE_BEFORE_2);
    // Only this addition waits for the bytes before.
    bytes_v total = SHUFFLE(zero, v, L_LAST);
    v += carried;
    carried += total;
    memcpy(bytes + at, &v, BYTES);
  }
  uint8_t before = carried[0];
  for (; at < count; at++) bytes[at] = before += bytes[at];
}
