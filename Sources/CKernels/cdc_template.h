// The chunker RKP-CDC/1 over vectors of any width. A variant defines LANES, CUTS (its name) and
// JUDGE (its judge of candidates), then includes this file.
//
// Finding candidates means a 64-byte window hash at every byte:
//
//   h = C + Z * sum over the window of M^(63-k) * byte[k]          (mod 2^16)
//
// A tile of 8 vectors is read as rows of 16 bytes and transposed, so that one vector holds the same
// column t of all rows. Prefix sums then run down the columns, from one vector to the next, without
// a shuffle. With g_t = Z * M^-t * byte[t] (`scaled`) and T the sum of g over a row, the hash that
// ends at column t of row r is
//
//   C + M^t * ( D_r + sum over s <= t of (g_s of row r - M^64 * g_s of row r-4) )
//   D_r = sum over k = 1..4 of M^16k * T_(r-k)
//
// The row r-4 is the same lane, 4/LANES elements earlier: row r = LANES * i + l sits in element
// 8 * l + i. Three multiplications a vector, no table, no gather. Candidates come out as one bit a
// byte, in order.
#include "lanes.h"

enum {
  WINDOW = 64,
  ROWS = 8 * LANES,
  TILE = 16 * ROWS,
  // Bytes scanned before candidates are looked at: the wrong guess of a branch costs less when it
  // does not wait for the vectors of the same block.
  STRIDE = 2048,
  // How far ahead bytes are asked for: every chunk starts with a jump over its minimum, and the
  // CPU's own prefetching stops at each page.
  AHEAD = 1024,
};

#define HASH_OF_ZEROS 0xC0C0  // C
#define M_16 0x5541
#define M_32 0x3A81
#define M_64 0xB501

// Z * M^-t and M^t.
static const uint16_t scale[16] = {0x9E37, 0x29A3, 0xA3FF, 0x3A0B, 0x7F87, 0x9B33, 0x62CF, 0x271B,
                                   0xEFD7, 0xE7C3, 0xB89F, 0x972B, 0xBF27, 0x1F53, 0xF56F, 0x1A3B};
static const uint16_t power[16] = {0x0001, 0x6A5D, 0x25C9, 0xF405, 0xB7D1, 0x50ED, 0x8819, 0xCB15,
                                   0x78A1, 0x7C7D, 0xFB69, 0xCF25, 0x9271, 0xFD0D, 0x4FB9, 0x9035};

/// What the rows before a tile leave behind. All zero: nothing was read yet.
typedef struct {
  words_v scaled[16];       // g of every column
  words_v total;            // T
  words_v total_of_two;     // T_r + M^16 * T_(r-1)
  words_v total_of_four;    // and M^32 times that of row r-2
} rows_before;

#define ROW_OF(e) (LANES * ((e) % 8) + (e) / 8)
#define ELEMENT_OF(r) ((r) % LANES * 8 + (r) / LANES)
// Element (l, i) of (before, now) that lies k rows back.
#define BACK(l, i, k)                                                                             \
  (ROW_OF(8 * (l) + (i)) >= (k) ? WORDS + ELEMENT_OF(ROW_OF(8 * (l) + (i)) - (k))                 \
                                : ELEMENT_OF(ROW_OF(8 * (l) + (i)) - (k) + ROWS))
#define BACK_1(l, i) BACK(l, i, 1)
#define BACK_2(l, i) BACK(l, i, 2)
#define BACK_4(l, i) BACK(l, i, 4)
#define IN_ROW_ORDER(l, i) ELEMENT_OF(8 * (l) + (i))

// Interleave units of 1, 2 or 4 words of the low or high halves of two operands, lane by lane.
#define ZIP_WORD(l, i, unit, high)                                                                \
  ((i) / (unit) % 2 * WORDS + 8 * (l) + 4 * (high) + (i) / (unit) / 2 * (unit) + (i) % (unit))
#define LOW_1(l, i) ZIP_WORD(l, i, 1, 0)
#define LOW_2(l, i) ZIP_WORD(l, i, 2, 0)
#define LOW_4(l, i) ZIP_WORD(l, i, 4, 0)
#define HIGH_1(l, i) ZIP_WORD(l, i, 1, 1)
#define HIGH_2(l, i) ZIP_WORD(l, i, 2, 1)
#define HIGH_4(l, i) ZIP_WORD(l, i, 4, 1)

#define L_LOW_1(l) EIGHT(LOW_1, l)
#define L_LOW_2(l) EIGHT(LOW_2, l)
#define L_LOW_4(l) EIGHT(LOW_4, l)
#define L_HIGH_1(l) EIGHT(HIGH_1, l)
#define L_HIGH_2(l) EIGHT(HIGH_2, l)
#define L_HIGH_4(l) EIGHT(HIGH_4, l)
#define L_BACK_1(l) EIGHT(BACK_1, l)
#define L_BACK_2(l) EIGHT(BACK_2, l)
#define L_BACK_4(l) EIGHT(BACK_4, l)
#define L_IN_ROW_ORDER(l) EIGHT(IN_ROW_ORDER, l)

/// Column pairs of a tile: element (l, i) of pairs[u] is bytes 2u and 2u+1 of row LANES * i + l.
INLINE void transpose(const uint8_t *tile, words_v pairs[8]) {
  words_v a[8], b[8];
  memcpy(a, tile, TILE);
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    b[i] = SHUFFLE(a[2 * i], a[2 * i + 1], L_LOW_1);
    b[i + 4] = SHUFFLE(a[2 * i], a[2 * i + 1], L_HIGH_1);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 8; i += 4) {
    a[i] = SHUFFLE(b[i], b[i + 1], L_LOW_2);
    a[i + 1] = SHUFFLE(b[i + 2], b[i + 3], L_LOW_2);
    a[i + 2] = SHUFFLE(b[i], b[i + 1], L_HIGH_2);
    a[i + 3] = SHUFFLE(b[i + 2], b[i + 3], L_HIGH_2);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = SHUFFLE(a[i], a[i + 1], L_LOW_4);
    pairs[i + 1] = SHUFFLE(a[i], a[i + 1], L_HIGH_4);
  }
}

/// Adds a column to the row totals; what it adds to the running sums of the hashes.
INLINE words_v enter(rows_before *before, words_v *total, words_v column, int t) {
  words_v scaled = column * scale[t];
  words_v left = SHUFFLE(before->scaled[t], scaled, L_BACK_4);
  before->scaled[t] = scaled;
  *total += scaled;
  return scaled - left * M_64;
}

/// D of every row, from the totals of the four rows before it.
INLINE words_v totals_before(rows_before *before, words_v total) {
  words_v two = total + SHUFFLE(before->total, total, L_BACK_1) * M_16;
  words_v four = two + SHUFFLE(before->total_of_two, two, L_BACK_2) * M_32;
  words_v sum = SHUFFLE(before->total_of_four, four, L_BACK_1) * M_16;
  before->total = total;
  before->total_of_two = two;
  before->total_of_four = four;
  return sum;
}

/// Writes a bit for every byte of the tile: whether the window that ends there is a candidate.
INLINE void scan_tile(rows_before *before, const uint8_t *tile, uint16_t threshold,
                      uint64_t *candidates) {
  words_v pairs[8], steps[16], total = {0}, found = {0};
  // Behind the end of the buffer this asks in vain, which costs nothing and never faults.
  for (int line = 0; line < TILE; line += 64) __builtin_prefetch(tile + AHEAD + line);
  transpose(tile, pairs);
#pragma clang loop unroll(full)
  for (int u = 0; u < 8; u++) {
    steps[2 * u] = enter(before, &total, pairs[u] & 0xFF, 2 * u);
    steps[2 * u + 1] = enter(before, &total, pairs[u] >> 8, 2 * u + 1);
  }
  words_v sum = totals_before(before, total);
#pragma clang loop unroll(full)
  for (int t = 0; t < 16; t++) {
    sum += steps[t];
    words_v hash = sum * power[t] + HASH_OF_ZEROS;
    // Added, not or-ed: AVX-512 adds under a mask of words in one instruction.
    found += (words_v)(hash < threshold) & (uint16_t)(1u << t);
  }
  found = SHUFFLE(found, found, L_IN_ROW_ORDER);
  memcpy(candidates, &found, sizeof found);
}

/// Scans STRIDE bytes, of which only `readable` may be touched.
INLINE void scan(rows_before *before, const uint8_t *bytes, size_t readable, uint16_t threshold,
                 uint64_t candidates[STRIDE / 64]) {
  uint8_t rest[STRIDE];
  if (readable < STRIDE) {
    memset(rest, 0, sizeof rest);
    memcpy(rest, bytes, readable);
    bytes = rest;
  }
  for (int at = 0; at < STRIDE; at += TILE)
    scan_tile(before, bytes + at, threshold, candidates + at / 64);
}

/// The length of the chunk that begins at the first byte.
static size_t cut(const farmio_cdc_rule *rule, const uint8_t *bytes, size_t count) {
  if (count <= rule->minimum) return count;
  size_t limit = count < rule->maximum ? count : rule->maximum;
  uint64_t nearest = UINT64_MAX;
  size_t nearest_length = 0;
  rows_before before;
  memset(&before, 0, sizeof before);
  // The first window ends at the minimum: the 64 bytes before it only fill the window.
  size_t start = rule->minimum - WINDOW;
  for (size_t at = start; at < limit; at += STRIDE) {
    uint64_t candidates[STRIDE / 64];
    scan(&before, bytes + at, count - at, rule->threshold, candidates);
    if (at == start) candidates[0] &= UINT64_C(1) << (WINDOW - 1);
    for (size_t block = 0; block < STRIDE / 64; block++) {
      for (uint64_t rest = candidates[block]; rest; rest &= rest - 1) {
        size_t length = at + 64 * block + (size_t)__builtin_ctzll(rest) + 1;
        if (length > limit) break;
        uint64_t value = JUDGE(rule, bytes + length - WINDOW);
        if (value >> rule->accepting_shift == 0) return length;
        if (value <= nearest) {
          nearest = value;
          nearest_length = length;
        }
      }
    }
  }
  if (count < rule->maximum) return count;
  return nearest_length ? nearest_length : rule->maximum;
}

size_t CUTS(const farmio_cdc_rule *rule, const uint8_t *bytes, size_t count, int ended,
            uint32_t *ends, size_t capacity) {
  size_t at = 0, found = 0;
  while (found < capacity && at < count && (ended || count - at >= rule->maximum)) {
    at += cut(rule, bytes + at, count - at);
    ends[found++] = (uint32_t)at;
  }
  return found;
}
