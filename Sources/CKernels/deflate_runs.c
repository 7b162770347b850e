// Deflate blocks of single bytes and runs of equal ones: what the planes of noisy samples, each byte
// the difference to the one before, gain from deflate without the search for matches, which takes
// most of its time and finds next to none there.
#include "CKernels.h"

#include <string.h>

#include "deflate_codes.h"

/// Bytes that share a code, and the fewest in a run that is worth one.
enum { BLOCK = 32 << 10, SHORTEST = 8, MOST_RUNS = BLOCK / SHORTEST + 1 };
/// The longest codes of bytes: four and seven bits fit a word.
enum { CODE_LIMIT = 14, LENGTH_LIMIT = 7 };

/// So many bytes as they are, then so many that repeat the last one.
typedef struct {
  uint16_t bytes, run;
} stretch;

/// A block on its way: its stretches, codes, and the lengths of these as the header has them.
typedef struct {
  stretch stretches[MOST_RUNS];
  int count;
  uint32_t counts[LITERALS];
  uint8_t lengths[LITERALS + 1];
  uint16_t codes[LITERALS];
  int used;
  uint8_t symbols[LITERALS + 1], extras[LITERALS + 1];
  int symbol_count;
  uint32_t symbol_counts[LENGTH_CODES];
  uint8_t symbol_lengths[LENGTH_CODES];
  uint16_t symbol_codes[LENGTH_CODES];
  int symbols_used;
} block;

typedef struct {
  uint64_t bits;
  unsigned count;
  uint8_t *target;
} bit_writer;

static inline void put(bit_writer *writer, uint64_t bits, unsigned count) {
  writer->bits |= bits << writer->count;
  writer->count += count;
}

/// Writes eight bytes, of which the whole ones stay.
static inline void flush(bit_writer *writer) {
  memcpy(writer->target, &writer->bits, 8);
  writer->target += writer->count >> 3;
  writer->bits >>= writer->count & ~7u;
  writer->count &= 7;
}

static inline uint64_t word_at(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, 8);
  return word;
}

/// How many bytes from `at` on equal the one before.
static inline size_t run_at(const uint8_t *bytes, size_t at, size_t count) {
  uint64_t wanted = 0x0101010101010101u * bytes[at - 1];
  size_t end = at;
  for (; end + 8 <= count; end += 8) {
    uint64_t apart = word_at(bytes + end) ^ wanted;
    if (apart) return end + (size_t)(__builtin_ctzll(apart) >> 3) - at;
  }
  while (end < count && bytes[end] == bytes[at - 1]) end++;
  return end - at;
}

/// The code of a run of 3 to 258, and its further bits.
typedef struct {
  uint16_t symbol;
  uint8_t extra, extra_bits;
} run_code;

static inline run_code code_of_run(size_t length) {
  if (length == 258) return (run_code){285, 0, 0};
  unsigned rest = (unsigned)length - 3;
  if (rest < 8) return (run_code){(uint16_t)(257 + rest), 0, 0};
  unsigned top = 31 - (unsigned)__builtin_clz(rest), bits = top - 2;
  return (run_code){(uint16_t)(257 + 4 * (top - 1) + (rest >> bits & 3)),
                    (uint8_t)(rest & ((1u << bits) - 1)), (uint8_t)bits};
}

/// The part of a run that comes next: no more than 258, and never so much that 1 or 2 are left.
static inline size_t next_part(size_t run) {
  if (run <= 258) return run;
  return run - 258 < 3 ? run - 3 : 258;
}

static void find_stretches(const uint8_t *bytes, size_t count, block *block) {
  size_t start = 0, at = 1;
  block->count = 0;
  while (at + SHORTEST <= count) {
    uint64_t apart = word_at(bytes + at) ^ word_at(bytes + at - 1);
    if (apart) {
      at += 8 - (size_t)(__builtin_clzll(apart) >> 3);
      continue;
    }
    size_t run = run_at(bytes, at, count);
    block->stretches[block->count++] = (stretch){(uint16_t)(at - start), (uint16_t)run};
    start = at + run;
    at = start + 1;
  }
  block->stretches[block->count++] = (stretch){(uint16_t)(count - start), 0};
}

static void count_symbols(const uint8_t *bytes, block *block) {
  uint32_t counts[4][256] = {{0}};
  memset(block->counts, 0, sizeof block->counts);
  for (int i = 0; i < block->count; i++) {
    const uint8_t *end = bytes + block->stretches[i].bytes;
    for (; bytes + 4 <= end; bytes += 4)
      for (int lane = 0; lane < 4; lane++) counts[lane][bytes[lane]]++;
    for (; bytes < end; bytes++) counts[0][*bytes]++;
    size_t run = block->stretches[i].run;
    bytes += run;
    for (size_t part; run > 0; run -= part) {
      part = next_part(run);
      block->counts[code_of_run(part).symbol]++;
    }
  }
  for (int i = 0; i < 256; i++)
    block->counts[i] = counts[0][i] + counts[1][i] + counts[2][i] + counts[3][i];
  block->counts[256] = 1;
}

static void add_symbol(block *block, int symbol, int extra) {
  block->symbols[block->symbol_count] = (uint8_t)symbol;
  block->extras[block->symbol_count++] = (uint8_t)extra;
  block->symbol_counts[symbol]++;
}

/// The lengths of all codes in the form of a header: repeated ones, and zeros, shortened.
static void describe_lengths(block *block) {
  block->used = LITERALS;
  while (!block->lengths[block->used - 1]) block->used--;
  uint8_t all[LITERALS + 1];
  memcpy(all, block->lengths, (size_t)block->used);
  // One code of distances, for the byte before.
  all[block->used] = 1;
  int count = block->used + 1;
  block->symbol_count = 0;
  memset(block->symbol_counts, 0, sizeof block->symbol_counts);
  for (int at = 0; at < count;) {
    int left = 1;
    while (at + left < count && all[at + left] == all[at]) left++;
    at += left;
    int length = all[at - 1];
    if (length) add_symbol(block, length, 0), left--;
    while (length == 0 && left >= 11) {
      int part = left < 138 ? left : 138;
      add_symbol(block, 18, part - 11);
      left -= part;
    }
    if (length == 0 && left >= 3) add_symbol(block, 17, left - 3), left = 0;
    while (length && left >= 3) {
      int part = left < 6 ? left : 6;
      add_symbol(block, 16, part - 3);
      left -= part;
    }
    while (left-- > 0) add_symbol(block, length, 0);
  }
}

static const uint8_t length_order[LENGTH_CODES] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                   11, 4,  12, 3, 13, 2, 14, 1, 15};
static const uint8_t extra_bits_of[LENGTH_CODES] = {[16] = 2, [17] = 3, [18] = 7};

/// Bits of the whole block.
static size_t bits_of(const block *block) {
  size_t bits = 3 + 5 + 5 + 4 + 3 * (size_t)block->symbols_used;
  for (int i = 0; i < LENGTH_CODES; i++)
    bits += (size_t)block->symbol_counts[i] * (block->symbol_lengths[i] + extra_bits_of[i]);
  for (int i = 0; i < LITERALS; i++) bits += (size_t)block->counts[i] * block->lengths[i];
  for (int i = 257; i < LITERALS; i++) {
    unsigned rest = (unsigned)i - 257;
    bits += (size_t)block->counts[i] * (1 + (rest < 8 || i == 285 ? 0 : rest / 4 - 1));
  }
  return bits;
}

static void write_header(const block *block, int is_last, bit_writer *writer) {
  put(writer, (unsigned)is_last | 2u << 1, 3);
  put(writer, (unsigned)block->used - 257, 5);
  put(writer, 0, 5);
  put(writer, (unsigned)block->symbols_used - 4, 4);
  flush(writer);
  for (int i = 0; i < block->symbols_used; i++) {
    put(writer, block->symbol_lengths[length_order[i]], 3);
    flush(writer);
  }
  for (int i = 0; i < block->symbol_count; i++) {
    int symbol = block->symbols[i];
    put(writer, block->symbol_codes[symbol], block->symbol_lengths[symbol]);
    put(writer, block->extras[i], extra_bits_of[symbol]);
    flush(writer);
  }
}

static void write_bytes(const uint8_t *bytes, const block *block, bit_writer *writer) {
  // A code and, above it, its length.
  uint32_t words[256];
  for (int i = 0; i < 256; i++)
    words[i] = (uint32_t)block->codes[i] | (uint32_t)block->lengths[i] << 16;
  for (int i = 0; i < block->count; i++) {
    const uint8_t *end = bytes + block->stretches[i].bytes;
    for (; bytes + 4 <= end; bytes += 4) {
      uint32_t a = words[bytes[0]], b = words[bytes[1]], c = words[bytes[2]], d = words[bytes[3]];
      put(writer, (a & 0xFFFF) | (uint64_t)(b & 0xFFFF) << (a >> 16), (a >> 16) + (b >> 16));
      put(writer, (c & 0xFFFF) | (uint64_t)(d & 0xFFFF) << (c >> 16), (c >> 16) + (d >> 16));
      flush(writer);
    }
    for (; bytes < end; bytes++) {
      put(writer, words[*bytes] & 0xFFFF, words[*bytes] >> 16);
      flush(writer);
    }
    size_t run = block->stretches[i].run;
    bytes += run;
    for (size_t part; run > 0; run -= part) {
      part = next_part(run);
      run_code code = code_of_run(part);
      put(writer, block->codes[code.symbol], block->lengths[code.symbol]);
      // The only distance is the code 0, of one bit.
      put(writer, code.extra, code.extra_bits + 1u);
      flush(writer);
    }
  }
  put(writer, block->codes[256], block->lengths[256]);
  flush(writer);
}

/// Works out stretches and codes of up to BLOCK bytes; returns the bits that they take.
static size_t plan(const uint8_t *bytes, size_t count, block *block) {
  find_stretches(bytes, count, block);
  count_symbols(bytes, block);
  code_lengths(block->counts, LITERALS, CODE_LIMIT, block->lengths);
  codes_of(block->lengths, LITERALS, block->codes);
  describe_lengths(block);
  code_lengths(block->symbol_counts, LENGTH_CODES, LENGTH_LIMIT, block->symbol_lengths);
  codes_of(block->symbol_lengths, LENGTH_CODES, block->symbol_codes);
  block->symbols_used = LENGTH_CODES;
  while (block->symbols_used > 4 && !block->symbol_lengths[length_order[block->symbols_used - 1]])
    block->symbols_used--;
  return bits_of(block);
}

size_t farmio_deflate_runs(const uint8_t *bytes, size_t count, uint8_t *target, size_t room,
                           int is_last) {
  bit_writer writer = {.target = target};
  block block;
  for (size_t at = 0; at < count; at += BLOCK) {
    size_t part = count - at < BLOCK ? count - at : BLOCK;
    int ends = is_last && at + part == count;
    size_t bits = plan(bytes + at, part, &block);
    // Behind it the last flush, and what lines the bytes up.
    size_t used = (size_t)(writer.target - target);
    if (room < used || (bits + 7) / 8 + 24 > room - used) return 0;
    write_header(&block, ends, &writer);
    write_bytes(bytes + at, &block, &writer);
  }
  if (!is_last) {
    // An empty stored block ends at a byte.
    put(&writer, 0, 3);
    writer.count = (writer.count + 7) & ~7u;
    flush(&writer);
    memcpy(writer.target, "\0\0\xff\xff", 4);
    writer.target += 4;
  } else if (writer.count > 0) {
    writer.count = 8;
    flush(&writer);
  }
  return (size_t)(writer.target - target);
}

// Whether matches would be found ------------------------------------------------------------------

/// Slots for places, the sample's size, and the bytes of a match that is worth the search.
enum { TABLE = 4096, PROBES = 64, STEP = 16, LONG = 32 };

static inline unsigned slot_of(uint64_t word) {
  return (unsigned)(word * 0x9E3779B97F4A7C15u >> 52);
}

/// Whether a word is no run, which needs no matches.
static inline int is_mixed(uint64_t word) { return word != 0x0101010101010101u * (word & 0xFF); }

int farmio_deflate_repeats(const uint8_t *bytes, size_t count) {
  if (count < 4096) return 1;
  // Within the window of deflate: what is further apart is no match anyway.
  size_t window = count < BLOCK ? count : BLOCK;
  uint16_t table[TABLE] = {0};
  for (size_t at = 0; at + 8 <= window; at += STEP) {
    unsigned slot = slot_of(word_at(bytes + at));
    if (!table[slot]) table[slot] = (uint16_t)(at / STEP + 1);
  }
  unsigned mixed = 0, repeated = 0;
  size_t step = (window - STEP - LONG) / PROBES;
  for (size_t probe = 1; probe < PROBES; probe++) {
    // So many places in a row meet whatever is repeated from any distance.
    size_t at = probe * step;
    if (!is_mixed(word_at(bytes + at))) continue;
    mixed++;
    for (size_t next = at; next < at + STEP; next++) {
      unsigned slot = table[slot_of(word_at(bytes + next))];
      size_t other = (slot - 1) * STEP;
      // What starts or ends with a run is one that only looks like a match.
      int has_run = !is_mixed(word_at(bytes + next)) || !is_mixed(word_at(bytes + next + LONG - 8));
      if (slot && other < next && !has_run && !memcmp(bytes + other, bytes + next, LONG)) {
        repeated++;
        break;
      }
    }
  }
  return repeated * 8 > mixed;
}
