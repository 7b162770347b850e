// What a row of samples holds. Included by the variants of the pixel kernels.
//
// Most rows have no sample beyond the greatest finite number or the limit: the pass over vectors
// counts zeros, negatives and denormals and keeps the extremes, and these tell whether the row
// needs the second, slower pass that tells the rest apart.

/// The second pass: what lies beyond the finite numbers, and the extremes without it.
INLINE void NAME(extremes)(const uint8_t *samples, size_t count, int32_t limit,
                           farmio_pixel_row *row, const int is_half) {
  const int32_t most = is_half ? 0x7FFF : INT32_MAX;
  const int32_t infinite = is_half ? HALF_INFINITE : FLOAT_INFINITE;
  uint32_t nans = 0, positive = 0, negative = 0, below = 0, clipped = 0, over = 0;
  int32_t least = INT32_MAX, greatest = INT32_MIN;
  for (size_t i = 0; i < count; i++) {
    int32_t raw = is_half ? half_at(samples, i) : word_at(samples, i), magnitude = raw & most;
    int32_t key = raw ^ ((raw >> 31) & most);
    int32_t finite = magnitude < infinite;
    nans += magnitude > infinite;
    positive += raw == infinite;
    negative += raw == ~most + infinite;
    below += finite & (key < -1);
    clipped += is_half & (magnitude == HALF_GREATEST);
    over += finite & (key > limit);
    int32_t low = finite ? key : INT32_MAX, high = finite ? key : INT32_MIN;
    least = low < least ? low : least;
    greatest = high > greatest ? high : greatest;
  }
  row->nans = nans;
  row->positive_infinities = positive;
  row->negative_infinities = negative;
  row->negatives = below;
  row->clipped = clipped;
  row->over_limit = over;
  row->least = least;
  row->greatest = greatest;
}

// Halves -----------------------------------------------------------------------------------------

/// Samples whose counters fit 16 bits in every lane; a multiple of the 512 of a float sum.
#define HALF_SEGMENT (1 << 18)
#define HALF_BLOCK 512

typedef struct {
  s16_v least, greatest, zeros, negatives, denormals;
} NAME(half_tally);

INLINE void NAME(half_note)(NAME(half_tally) *tally, s16_v raw, s16_v magnitude) {
  s16_v key = raw ^ ((raw >> 15) & 0x7FFF);
  tally->least = __builtin_elementwise_min(tally->least, key);
  tally->greatest = __builtin_elementwise_max(tally->greatest, key);
  tally->zeros -= magnitude == 0;
  tally->negatives -= key < -1;
  tally->denormals -= (s16_v)((u16_v)(magnitude - 1) < (u16_v){} + (HALF_NORMAL - 1));
}

/// Sums the rest of a row that is shorter than a vector, and notes it sample by sample.
INLINE f32_v NAME(half_tail)(const uint8_t *samples, size_t count, farmio_pixel_row *row) {
  s16_v raw = {};
  memcpy(&raw, samples, 2 * count);
  for (size_t i = 0; i < count; i++) {
    int32_t key = raw[i] ^ ((raw[i] >> 15) & 0x7FFF), magnitude = raw[i] & 0x7FFF;
    row->least = key < row->least ? key : row->least;
    row->greatest = key > row->greatest ? key : row->greatest;
    row->zeros += magnitude == 0;
    row->negatives += key < -1;
    row->denormals += magnitude != 0 && magnitude < HALF_NORMAL;
  }
  return WIDEN(raw & (s16_v)((raw & 0x7FFF) < HALF_INFINITE));
}

INLINE f64_v NAME(half_segment)(const uint8_t *samples, size_t count, f64_v lanes,
                                farmio_pixel_row *row) {
  NAME(half_tally) tally = {.least = (s16_v){} + INT16_MAX, .greatest = (s16_v){} + INT16_MIN};
  for (size_t from = 0; from < count; from += HALF_BLOCK) {
    size_t to = count - from < HALF_BLOCK ? count : from + HALF_BLOCK, at = from;
    f32_v sums = {};
    for (; at + SAMPLES <= to; at += SAMPLES) {
      s16_v raw;
      LOAD(raw, samples + 2 * at);
      s16_v magnitude = raw & 0x7FFF;
      NAME(half_note)(&tally, raw, magnitude);
      sums += WIDEN(raw & (s16_v)(magnitude < HALF_INFINITE));
    }
    if (at < to) sums += NAME(half_tail)(samples + 2 * at, to - at, row);
    lanes += CONVERT(sums, f64_v);
  }
  if (count >= SAMPLES) {
    int32_t least = __builtin_reduce_min(tally.least);
    int32_t greatest = __builtin_reduce_max(tally.greatest);
    row->least = least < row->least ? least : row->least;
    row->greatest = greatest > row->greatest ? greatest : row->greatest;
  }
  row->zeros += (uint32_t)__builtin_reduce_add(CONVERT(tally.zeros, s32_v));
  row->negatives += (uint32_t)__builtin_reduce_add(CONVERT(tally.negatives, s32_v));
  row->denormals += (uint32_t)__builtin_reduce_add(CONVERT(tally.denormals, s32_v));
  return lanes;
}

void NAME(farmio_pixel_survey_half)(const uint8_t *samples, size_t count, int32_t limit,
                                    farmio_pixel_row *row) {
  *row = (farmio_pixel_row){.least = INT32_MAX, .greatest = INT32_MIN};
  f64_v lanes = {};
  for (size_t at = 0; at < count; at += HALF_SEGMENT) {
    size_t part = count - at < HALF_SEGMENT ? count - at : HALF_SEGMENT;
    lanes = NAME(half_segment)(samples + 2 * at, part, lanes, row);
  }
  row->sum = lanes_total(lanes);
  if (row->greatest >= HALF_GREATEST || row->greatest > limit || row->least <= ~HALF_GREATEST)
    NAME(extremes)(samples, count, limit, row, 1);
}

// Floats -----------------------------------------------------------------------------------------

/// `count` is below 2^35, so that the counters of a lane hold.
void NAME(farmio_pixel_survey_float)(const uint8_t *samples, size_t count, int32_t limit,
                                     farmio_pixel_row *row) {
  *row = (farmio_pixel_row){.least = INT32_MAX, .greatest = INT32_MIN};
  s32_v least = (s32_v){} + INT32_MAX, greatest = (s32_v){} + INT32_MIN;
  s32_v zeros = {}, negatives = {}, denormals = {};
  f64_v lanes = {};
  for (size_t at = 0; at < count; at += SAMPLES) {
    size_t part = count - at < SAMPLES ? count - at : SAMPLES;
    s32_v raw = {}, there = {};
    if (part == SAMPLES) {
      LOAD(raw, samples + 4 * at);
    } else {
      memcpy(&raw, samples + 4 * at, 4 * part);
      // The missing samples repeat the first one for the extremes, and are not counted.
      for (size_t i = part; i < SAMPLES; i++) raw[i] = raw[0], there[i] = -1;
    }
    s32_v magnitude = raw & INT32_MAX, key = raw ^ ((raw >> 31) & INT32_MAX);
    least = __builtin_elementwise_min(least, key);
    greatest = __builtin_elementwise_max(greatest, key);
    zeros -= (magnitude == 0) & ~there;
    negatives -= (key < -1) & ~there;
    denormals -= (s32_v)((u32_v)(magnitude - 1) < (u32_v){} + (FLOAT_NORMAL - 1)) & ~there;
    f32_v values = (f32_v)(raw & (magnitude < FLOAT_INFINITE) & ~there);
    lanes += CONVERT(values, f64_v);
  }
  row->least = __builtin_reduce_min(least);
  row->greatest = __builtin_reduce_max(greatest);
  row->zeros = (uint32_t)__builtin_reduce_add(zeros);
  row->negatives = (uint32_t)__builtin_reduce_add(negatives);
  row->denormals = (uint32_t)__builtin_reduce_add(denormals);
  row->sum = lanes_total(lanes);
  if (row->greatest > FLOAT_GREATEST || row->greatest > limit || row->least < ~FLOAT_GREATEST)
    NAME(extremes)(samples, count, limit, row, 0);
}

// Unsigned integers ------------------------------------------------------------------------------

void NAME(farmio_pixel_survey_uint)(const uint8_t *samples, size_t count, int32_t limit,
                                    farmio_pixel_row *row) {
  *row = (farmio_pixel_row){.least = INT32_MAX, .greatest = INT32_MIN};
  uint32_t zeros = 0, over = 0;
  int32_t least = INT32_MAX, greatest = INT32_MIN;
  f64_v lanes = {};
  for (size_t i = 0; i < count; i++) {
    uint32_t raw = (uint32_t)word_at(samples, i);
    int32_t key = (int32_t)(raw ^ 0x80000000);
    zeros += raw == 0;
    over += key > limit;
    least = key < least ? key : least;
    greatest = key > greatest ? key : greatest;
    lanes[i % SAMPLES] += raw;
  }
  row->zeros = zeros;
  row->over_limit = over;
  row->least = least;
  row->greatest = greatest;
  row->sum = lanes_total(lanes);
}
