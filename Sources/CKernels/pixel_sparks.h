// Pixels that outshine their neighbours. Included by the variants of the pixel kernels.

void NAME(farmio_pixel_peaks_half)(const uint8_t *samples, size_t count, uint16_t *peaks) {
  size_t at = 0;
  for (; at + SAMPLES <= count; at += SAMPLES) {
    s16_v raw, peak;
    LOAD(raw, samples + 2 * at);
    LOAD(peak, peaks + at);
    // As signed numbers, negative samples lie below every peak.
    peak = __builtin_elementwise_max(peak, raw & (s16_v)(raw < HALF_INFINITE));
    STORE(peaks + at, peak);
  }
  for (; at < count; at++) {
    int16_t raw = half_at(samples, at);
    if (raw < HALF_INFINITE && raw > (int16_t)peaks[at]) peaks[at] = (uint16_t)raw;
  }
}

void NAME(farmio_pixel_peaks_float)(const uint8_t *samples, size_t count, uint16_t *peaks) {
  for (size_t at = 0; at < count; at++) {
    int32_t raw = word_at(samples, at);
    if (raw >= FLOAT_INFINITE) continue;
    // The exponent of a half counts from 112 less; what is below 2^-14 counts as nothing.
    int32_t bits = (raw >> 13) - (112 << 10);
    bits = bits < HALF_NORMAL ? 0 : bits > HALF_GREATEST ? HALF_GREATEST : bits;
    if (bits > peaks[at]) peaks[at] = (uint16_t)bits;
  }
}

INLINE uint16_t NAME(greatest_of)(const uint16_t *row, size_t from, size_t to) {
  uint16_t greatest = 0;
  for (size_t x = from; x <= to; x++) greatest = row[x] > greatest ? row[x] : greatest;
  return greatest;
}

INLINE int NAME(is_spark)(const uint16_t *above, const uint16_t *row, const uint16_t *below,
                          size_t count, size_t x, uint16_t floor, uint16_t apart) {
  if (row[x] < floor || row[x] < apart) return 0;
  size_t from = x > 0 ? x - 1 : 0, to = x + 1 < count ? x + 1 : x;
  uint16_t bound = (uint16_t)(row[x] - apart);
  if (from < x && row[from] > bound) return 0;
  if (to > x && row[to] > bound) return 0;
  if (above && NAME(greatest_of)(above, from, to) > bound) return 0;
  return !(below && NAME(greatest_of)(below, from, to) > bound);
}

INLINE u16_v NAME(three)(const uint16_t *row) {
  u16_v left, middle, right;
  LOAD(left, row - 1);
  LOAD(middle, row);
  LOAD(right, row + 1);
  return __builtin_elementwise_max(__builtin_elementwise_max(left, right), middle);
}

size_t NAME(farmio_pixel_sparks)(const uint16_t *above, const uint16_t *row, const uint16_t *below,
                                 size_t count, uint16_t floor, uint16_t stops, uint32_t *found) {
  size_t sparks = 0, x = 0;
  uint16_t apart = (uint16_t)(stops << 10);
  uint16_t least = floor > apart ? floor : apart;
  while (x < count) {
    size_t end = x + SAMPLES < count ? x + SAMPLES : count;
    if (x > 0 && x + SAMPLES < count) {
      u16_v here, left, right;
      LOAD(here, row + x);
      u16_v bright = (u16_v)(here >= least);
      if (__builtin_reduce_or(bright) == 0) {
        x = end;
        continue;
      }
      LOAD(left, row + x - 1);
      LOAD(right, row + x + 1);
      u16_v around = __builtin_elementwise_max(left, right);
      if (above) around = __builtin_elementwise_max(around, NAME(three)(above + x));
      if (below) around = __builtin_elementwise_max(around, NAME(three)(below + x));
      bright &= (u16_v)(around <= here - apart);
      if (__builtin_reduce_or(bright) == 0) {
        x = end;
        continue;
      }
    }
    for (; x < end; x++)
      if (NAME(is_spark)(above, row, below, count, x, floor, apart))
        found[sparks++] = (uint32_t)x;
  }
  return sparks;
}
