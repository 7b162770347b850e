// How far two rows of samples differ. Included by the variants of the pixel kernels.

/// One pair, where either is not finite; the bits are those of floats, or of halves as floats.
INLINE void NAME(note_odd_pair)(float a, float b, float *column,
                                farmio_pixel_distance *distance) {
  if (a == b || (a != a && b != b)) return;
  distance->differing++;
  distance->unmeasured++;
  *column = __builtin_inff();
}

typedef struct {
  f64_v greatest, sum, squares;
} NAME(distance_lanes);

/// Sixteen finite pairs.
INLINE void NAME(note_pairs)(f32_v a, f32_v b, float *columns, NAME(distance_lanes) *lanes,
                             farmio_pixel_distance *distance) {
  f64_v apart = __builtin_elementwise_abs(CONVERT(a, f64_v) - CONVERT(b, f64_v));
  distance->differing -= (uint32_t)__builtin_reduce_add(CONVERT(apart != 0, s32_v));
  lanes->greatest = __builtin_elementwise_max(lanes->greatest, apart);
  lanes->sum += apart;
  lanes->squares += apart * apart;
  if (columns) {
    f32_v column;
    LOAD(column, columns);
    column = __builtin_elementwise_max(column, CONVERT(apart, f32_v));
    STORE(columns, column);
  }
}

/// Sixteen pairs or, at the end of a row, fewer; `finite` tells which have a distance.
INLINE void NAME(note_some)(f32_v a, f32_v b, s32_v finite, size_t part, float *columns,
                            NAME(distance_lanes) *lanes, farmio_pixel_distance *distance) {
  if (part == SAMPLES && __builtin_reduce_and(finite)) {
    NAME(note_pairs)(a, b, columns, lanes, distance);
    return;
  }
  float raised[SAMPLES] = {0};
  if (columns) memcpy(raised, columns, 4 * part);
  // What has no distance is taken as equal by the vectors, and told apart one by one.
  for (size_t i = 0; i < part; i++)
    if (!finite[i]) NAME(note_odd_pair)(a[i], b[i], &raised[i], distance);
  f32_v near = (f32_v)((s32_v)a & finite), far = (f32_v)((s32_v)b & finite);
  NAME(note_pairs)(near, far, raised, lanes, distance);
  if (columns) memcpy(columns, raised, 4 * part);
}

/// Sixteen pairs from number `at` on, of which some are not alike.
INLINE void NAME(note_group)(f32_v a, f32_v b, s32_v finite, size_t at, size_t part,
                             float *columns, NAME(distance_lanes) *lanes,
                             farmio_pixel_distance *distance) {
  uint32_t before = distance->differing;
  float *raised = columns ? columns + at : columns;
  NAME(note_some)(a, b, finite, part, raised, lanes, distance);
  if (distance->differing == before) return;
  if (before == 0) distance->first_group = (uint32_t)at;
  distance->last_group = (uint32_t)at;
}

INLINE void NAME(finish)(const NAME(distance_lanes) *lanes, farmio_pixel_distance *distance) {
  for (int lane = 0; lane < SAMPLES; lane++)
    if (lanes->greatest[lane] > distance->greatest) distance->greatest = lanes->greatest[lane];
  distance->sum = lanes_total(lanes->sum);
  distance->squares = lanes_total(lanes->squares);
}

INLINE f32_v NAME(widen_all)(s16_v raw) {
  s32_v bits = CONVERT(raw, s32_v), magnitude = bits & 0x7FFF;
  s32_v finite = magnitude < HALF_INFINITE;
  s32_v odd = (bits & INT32_MIN) | FLOAT_INFINITE | ((magnitude & 0x3FF) << 13);
  return (f32_v)(((s32_v)WIDEN(raw & CONVERT(finite, s16_v)) & finite) | (odd & ~finite));
}

void NAME(farmio_pixel_compare_half)(const uint8_t *a, const uint8_t *b, size_t count,
                                     float *columns, farmio_pixel_distance *distance) {
  *distance = (farmio_pixel_distance){0};
  NAME(distance_lanes) lanes = {};
  for (size_t at = 0; at < count; at += SAMPLES) {
    size_t part = count - at < SAMPLES ? count - at : SAMPLES;
    s16_v left = {}, right = {};
    if (part == SAMPLES) {
      LOAD(left, a + 2 * at);
      LOAD(right, b + 2 * at);
    } else {
      memcpy(&left, a + 2 * at, 2 * part);
      memcpy(&right, b + 2 * at, 2 * part);
    }
    if (__builtin_reduce_or(left ^ right) == 0) continue;
    s16_v finite = ((left & 0x7FFF) < HALF_INFINITE) & ((right & 0x7FFF) < HALF_INFINITE);
    NAME(note_group)(NAME(widen_all)(left), NAME(widen_all)(right), CONVERT(finite, s32_v), at,
                     part, columns, &lanes, distance);
  }
  NAME(finish)(&lanes, distance);
}

void NAME(farmio_pixel_compare_float)(const uint8_t *a, const uint8_t *b, size_t count,
                                      float *columns, farmio_pixel_distance *distance) {
  *distance = (farmio_pixel_distance){0};
  NAME(distance_lanes) lanes = {};
  for (size_t at = 0; at < count; at += SAMPLES) {
    size_t part = count - at < SAMPLES ? count - at : SAMPLES;
    s32_v left = {}, right = {};
    if (part == SAMPLES) {
      LOAD(left, a + 4 * at);
      LOAD(right, b + 4 * at);
    } else {
      memcpy(&left, a + 4 * at, 4 * part);
      memcpy(&right, b + 4 * at, 4 * part);
    }
    if (__builtin_reduce_or(left ^ right) == 0) continue;
    s32_v finite = ((left & INT32_MAX) < FLOAT_INFINITE) & ((right & INT32_MAX) < FLOAT_INFINITE);
    NAME(note_group)((f32_v)left, (f32_v)right, finite, at, part, columns, &lanes, distance);
  }
  NAME(finish)(&lanes, distance);
}
