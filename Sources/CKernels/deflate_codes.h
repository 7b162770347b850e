// Prefix codes of deflate (RFC 1951, 3.2): their lengths from counts, and their bits. Included by the
// packer of runs.
#pragma once
#include <stdint.h>
#include <string.h>

enum { LITERALS = 286, LENGTH_CODES = 19, MOST_SYMBOLS = LITERALS, DEEPEST = 64 };

/// Puts the symbols that occur into rising order of their counts; returns how many there are.
static inline int sorted_symbols(const uint32_t *counts, int symbols, uint16_t *sorted) {
  int used = 0;
  for (int i = 0; i < symbols; i++)
    if (counts[i]) sorted[used++] = (uint16_t)i;
  for (int gap = 132; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11)
    for (int i = gap; i < used; i++) {
      uint16_t moved = sorted[i];
      int j = i;
      for (; j >= gap && counts[sorted[j - gap]] > counts[moved]; j -= gap)
        sorted[j] = sorted[j - gap];
      sorted[j] = moved;
    }
  return used;
}

/// Turns rising weights, two at least, into the depths of their leaves in an optimal tree, in place
/// (Moffat and Katajainen 1995). Depths fall.
static inline void leaf_depths(uint32_t *weights, int used) {
  int root = 0, leaf = 2;
  weights[0] += weights[1];
  for (int next = 1; next < used - 1; next++) {
    uint32_t sum = 0;
    for (int side = 0; side < 2; side++) {
      if (leaf >= used || (root < next && weights[root] < weights[leaf])) {
        sum += weights[root];
        weights[root++] = (uint32_t)next;
      } else {
        sum += weights[leaf++];
      }
    }
    weights[next] = sum;
  }
  weights[used - 2] = 0;
  for (int next = used - 3; next >= 0; next--) weights[next] = weights[weights[next]] + 1;
  int open = 1, depth = 0, next = used - 1;
  root = used - 2;
  while (open > 0) {
    int inner = 0;
    for (; root >= 0 && weights[root] == (uint32_t)depth; root--) inner++;
    for (; open > inner; open--) weights[next--] = (uint32_t)depth;
    open = 2 * inner;
    depth++;
  }
}

/// The lengths of the codes of symbols by their counts, none beyond `limit`; 0 for symbols that do
/// not occur. Two symbols at least occur.
static inline void code_lengths(const uint32_t *counts, int symbols, int limit, uint8_t *lengths) {
  uint16_t sorted[MOST_SYMBOLS];
  uint32_t depths[MOST_SYMBOLS];
  uint32_t leaves[DEEPEST] = {0};
  memset(lengths, 0, (size_t)symbols);
  int used = sorted_symbols(counts, symbols, sorted);
  for (int i = 0; i < used; i++) depths[i] = counts[sorted[i]];
  leaf_depths(depths, used);
  for (int i = 0; i < used; i++) leaves[depths[i] < DEEPEST ? depths[i] : DEEPEST - 1]++;
  // What lies too deep moves up, and others down until the codes fit again.
  for (int length = limit + 1; length < DEEPEST; length++) leaves[limit] += leaves[length];
  uint32_t total = 0;
  for (int length = limit; length > 0; length--) total += leaves[length] << (limit - length);
  for (; total > 1u << limit; total--) {
    leaves[limit]--;
    for (int length = limit - 1; length > 0; length--)
      if (leaves[length]) {
        leaves[length]--;
        leaves[length + 1] += 2;
        break;
      }
  }
  int place = 0;
  for (int length = limit; length > 0; length--)
    for (uint32_t i = 0; i < leaves[length]; i++) lengths[sorted[place++]] = (uint8_t)length;
}

/// The codes of these lengths, their first bit lowest.
static inline void codes_of(const uint8_t *lengths, int symbols, uint16_t *codes) {
  uint32_t counts[16] = {0}, next[16] = {0}, code = 0;
  for (int i = 0; i < symbols; i++) counts[lengths[i]]++;
  counts[0] = 0;
  for (int length = 1; length < 16; length++) {
    code = (code + counts[length - 1]) << 1;
    next[length] = code;
  }
  for (int i = 0; i < symbols; i++) {
    uint32_t rest = next[lengths[i]]++, turned = 0;
    for (int bit = 0; bit < lengths[i]; bit++, rest >>= 1) turned = turned << 1 | (rest & 1);
    codes[i] = (uint16_t)turned;
  }
}
