// One BLAKE3 compression in rows: the 4 x 4 state lies in four vectors, so that a round is one
// column step and one diagonal step. Its speed is the latency of a dependency chain.
//
// Private to the variants, which include it inside their target.
#pragma once
#include <stdint.h>
#include <string.h>

#include "include/CKernelsBLAKE3.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "words are loaded as they lie: little-endian machines only"
#endif

typedef uint32_t row4 __attribute__((vector_size(16)));
typedef uint32_t row16 __attribute__((vector_size(64)));

enum { block_bytes = 64, leaf_bytes = 1024, leaf_blocks = leaf_bytes / block_bytes };

static const uint32_t blake3_iv[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                                      0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};

// The message word that each step of each round takes.
static const uint8_t blake3_schedule[7][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8},
    {3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1},
    {10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6},
    {12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4},
    {9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7},
    {11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13},
};

#define INLINE static inline __attribute__((always_inline))
#define ROTATE(x, n) ((x) >> (n) | (x) << (32 - (n)))

// Hides from the compiler where a vector comes from. It rotates by whole bytes with one shuffle,
// and would gladly shuffle both sides of the exclusive or before it instead of its result.
#if defined(__x86_64__) && !defined(ROTATES_NATIVELY)
#define OPAQUE(x) __asm__("" : "+x"(x))
#else
#define OPAQUE(x) (void)(x)
#endif

// The message is kept in the order in which a round takes it: words 0 2 4 6 and 1 3 5 7 for the
// columns; 14 8 10 12 and 15 9 11 13 for the diagonals, which are named by their second row,
// because that row is finished last and so is the one that never moves.
#define ROUND_ORDER(m)                                                                          \
  __builtin_shufflevector(m, m, 0, 2, 4, 6, 1, 3, 5, 7, 14, 8, 10, 12, 15, 9, 11, 13)

// The permutation 2 6 3 10 7 0 4 13 1 11 12 5 9 14 15 8, between messages in round order.
#define NEXT_ROUND(m)                                                                           \
  __builtin_shufflevector(m, m, 1, 5, 7, 2, 3, 10, 0, 15, 12, 4, 11, 13, 9, 14, 6, 8)

INLINE void block_mix(row4 v[4], row4 x, row4 y) {
  v[0] = v[0] + x + v[1];
  v[3] ^= v[0];
  OPAQUE(v[3]);
  v[3] = ROTATE(v[3], 16);
  v[2] += v[3];
  v[1] = ROTATE(v[1] ^ v[2], 12);
  v[0] = v[0] + y + v[1];
  v[3] ^= v[0];
  OPAQUE(v[3]);
  v[3] = ROTATE(v[3], 8);
  v[2] += v[3];
  v[1] = ROTATE(v[1] ^ v[2], 7);
}

INLINE void block_round(row4 v[4], const row16 *message) {
  row16 m = *message;
  block_mix(v, __builtin_shufflevector(m, m, 0, 1, 2, 3),
            __builtin_shufflevector(m, m, 4, 5, 6, 7));
  v[0] = __builtin_shufflevector(v[0], v[0], 3, 0, 1, 2);
  v[3] = __builtin_shufflevector(v[3], v[3], 2, 3, 0, 1);
  v[2] = __builtin_shufflevector(v[2], v[2], 1, 2, 3, 0);
  block_mix(v, __builtin_shufflevector(m, m, 8, 9, 10, 11),
            __builtin_shufflevector(m, m, 12, 13, 14, 15));
  v[0] = __builtin_shufflevector(v[0], v[0], 1, 2, 3, 0);
  v[3] = __builtin_shufflevector(v[3], v[3], 2, 3, 0, 1);
  v[2] = __builtin_shufflevector(v[2], v[2], 3, 0, 1, 2);
}

INLINE void block_begin(row4 v[4], uint64_t counter, uint32_t length, uint32_t flags) {
  v[2] = (row4){blake3_iv[0], blake3_iv[1], blake3_iv[2], blake3_iv[3]};
  v[3] = (row4){(uint32_t)counter, (uint32_t)(counter >> 32), length, flags};
}

INLINE void block_load(row16 *message, const uint8_t *block) {
  row16 m;
  memcpy(&m, block, sizeof m);
  *message = ROUND_ORDER(m);
}

// v[0] and v[1] are the chaining value before; all of v is used after.
INLINE void block_rounds(row4 v[4], const uint8_t *block, uint64_t counter, uint32_t length,
                         uint32_t flags) {
  row16 m;
  block_begin(v, counter, length, flags);
  block_load(&m, block);
#pragma clang loop unroll(full)
  for (int round = 0; round < 7; round++) {
    block_round(v, &m);
    m = NEXT_ROUND(m);
  }
}

INLINE void block_compress(const uint32_t cv[8], const uint8_t *block, uint64_t counter,
                           uint32_t length, uint32_t flags, uint32_t out[16]) {
  row4 v[4];
  row4 low, high;
  memcpy(&low, cv, sizeof low);
  memcpy(&high, cv + 4, sizeof high);
  v[0] = low;
  v[1] = high;
  block_rounds(v, block, counter, length, flags);
  v[0] ^= v[2];
  v[1] ^= v[3];
  v[2] ^= low;
  v[3] ^= high;
  memcpy(out, v, sizeof v);
}

INLINE void block_chain(row4 v[4]) {
  v[0] ^= v[2];
  v[1] ^= v[3];
}

// The boundary flags of block `index` of a leaf whose last block is `last`.
INLINE uint32_t block_bounds(size_t index, size_t last) {
  return (index == 0 ? farmio_blake3_leaf_start : 0) | (index == last ? farmio_blake3_leaf_end : 0);
}

// A leaf of 0 to 1,024 bytes, block after block. `flags` may hold the root flag, which belongs to
// the last block alone.
INLINE void block_leaf(const uint8_t *input, size_t length, const uint32_t key[8], uint64_t leaf,
                       uint32_t flags, uint32_t out[8]) {
  uint32_t mode = flags & ~(uint32_t)farmio_blake3_root;
  size_t last = length == 0 ? 0 : (length - 1) / block_bytes;
  row4 v[4];
  memcpy(v, key, 32);
  for (size_t index = 0; index < last; index++) {
    block_rounds(v, input + index * block_bytes, leaf, block_bytes,
                 mode | block_bounds(index, last));
    block_chain(v);
  }
  const uint8_t *tail = input + last * block_bytes;
  uint32_t rest = (uint32_t)(length - last * block_bytes);
  uint8_t padded[block_bytes];
  if (rest < block_bytes) {
    memset(padded, 0, sizeof padded);
    memcpy(padded, tail, rest);
    tail = padded;
  }
  block_rounds(v, tail, leaf, rest, flags | block_bounds(last, last));
  block_chain(v);
  memcpy(out, v, 32);
}

// Two leaves, a whole one and the `length` bytes after it (1 to 1,024), in the time of one: each
// chain waits for itself most of the time, so the second runs in the gaps of the first.
INLINE void block_leaf_pair(const uint8_t *input, size_t length, const uint32_t key[8],
                            uint64_t leaf, uint32_t mode, uint32_t out[2][8]) {
  const uint8_t *right = input + leaf_bytes;
  size_t last = (length - 1) / block_bytes;
  uint32_t rest = (uint32_t)(length - last * block_bytes);
  uint8_t padded[block_bytes] = {0};
  memcpy(padded, right + last * block_bytes, rest);
  row4 v[4], w[4];
  memcpy(v, key, 32);
  memcpy(w, key, 32);
  for (size_t index = 0; index <= last; index++) {
    row16 m, n;
    block_begin(v, leaf, block_bytes, mode | block_bounds(index, leaf_blocks - 1));
    block_begin(w, leaf + 1, index == last ? rest : block_bytes, mode | block_bounds(index, last));
    block_load(&m, input + index * block_bytes);
    block_load(&n, index == last ? padded : right + index * block_bytes);
#pragma clang loop unroll(full)
    for (int round = 0; round < 7; round++) {
      block_round(v, &m);
      block_round(w, &n);
      m = NEXT_ROUND(m);
      n = NEXT_ROUND(n);
    }
    block_chain(v);
    block_chain(w);
  }
  for (size_t index = last + 1; index < leaf_blocks; index++) {
    block_rounds(v, input + index * block_bytes, leaf, block_bytes,
                 mode | block_bounds(index, leaf_blocks - 1));
    block_chain(v);
  }
  memcpy(out[0], v, 32);
  memcpy(out[1], w, 32);
}
