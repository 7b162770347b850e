// BLAKE3 compression in LANES lanes: word i of every lane's state lies in vector i. Included once
// for each width that a variant uses; NAME(x) tells the copies apart.
//
// Chaining values stay in this transposed form between the levels of the tree: word i of node n
// is table[i * STRIDE + n]. Parents are then made without a single transposition.
#define LANES_JOIN(x, n) x##_##n
#define LANES_NAMED(x, n) LANES_JOIN(x, n)
#define NAME(x) LANES_NAMED(x, LANES)
#define V NAME(lanes)

typedef uint32_t V __attribute__((vector_size(4 * LANES)));

#if LANES == 4
#define LOW32(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH32(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define LOW64(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define HIGH64(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7)
#define FIRST_LANES (V){0, 1, 2, 3}
#elif LANES == 8
#define LOW32(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define HIGH32(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define LOW64(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define HIGH64(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#define LOW128(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define HIGH128(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#define FIRST_LANES (V){0, 1, 2, 3, 4, 5, 6, 7}
#elif LANES == 16
#define LOW32(a, b)                                                                             \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH32(a, b)                                                                            \
  __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define LOW64(a, b)                                                                             \
  __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define HIGH64(a, b)                                                                            \
  __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define EVEN(a, b)                                                                              \
  __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define ODD(a, b)                                                                               \
  __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#define EVEN128(a, b)                                                                           \
  __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define ODD128(a, b)                                                                            \
  __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
#define FIRST_LANES (V){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
#endif

// LANES words of every lane, transposed: m[i] holds word i of all lanes.
INLINE void NAME(transpose)(V m[LANES]) {
  V t[LANES], u[LANES];
#pragma clang loop unroll(full)
  for (int i = 0; i < LANES; i += 2) {
    t[i] = LOW32(m[i], m[i + 1]);
    t[i + 1] = HIGH32(m[i], m[i + 1]);
  }
  // u[i + w]: in its 128-bit part q, word 4 q + w of the lanes i to i + 3.
#pragma clang loop unroll(full)
  for (int i = 0; i < LANES; i += 4) {
    u[i] = LOW64(t[i], t[i + 2]);
    u[i + 1] = HIGH64(t[i], t[i + 2]);
    u[i + 2] = LOW64(t[i + 1], t[i + 3]);
    u[i + 3] = HIGH64(t[i + 1], t[i + 3]);
  }
#pragma clang loop unroll(full)
  for (int w = 0; w < 4; w++) {
#if LANES == 4
    m[w] = u[w];
#elif LANES == 8
    m[w] = LOW128(u[w], u[4 + w]);
    m[4 + w] = HIGH128(u[w], u[4 + w]);
#else
    V even = EVEN128(u[w], u[4 + w]), odd = ODD128(u[w], u[4 + w]);
    V evenNext = EVEN128(u[8 + w], u[12 + w]), oddNext = ODD128(u[8 + w], u[12 + w]);
    m[w] = EVEN128(even, evenNext);
    m[4 + w] = EVEN128(odd, oddNext);
    m[8 + w] = ODD128(even, evenNext);
    m[12 + w] = ODD128(odd, oddNext);
#endif
  }
}

INLINE void NAME(load)(V m[16], const uint8_t *const at[LANES]) {
#pragma clang loop unroll(full)
  for (int first = 0; first < 16; first += LANES) {
#pragma clang loop unroll(full)
    for (int lane = 0; lane < LANES; lane++) {
      memcpy(&m[first + lane], at[lane] + 4 * first, sizeof(V));
    }
    NAME(transpose)(m + first);
  }
}

// Asks for the same block of the next leaves. A core's own prefetchers do not follow this many
// streams; without this, bytes from memory are hashed at half the speed of bytes in cache. Past
// the input's end it does nothing: a prefetch cannot fault.
INLINE void NAME(prefetch)(const uint8_t *const at[LANES]) {
  for (int lane = 0; lane < LANES; lane++) {
    __builtin_prefetch((const void *)((uintptr_t)at[lane] + LANES * leaf_bytes), 0, 2);
  }
}

INLINE V NAME(turn)(V x, int bits) {
  OPAQUE(x);
  return ROTATE(x, bits);
}

// Half a round: the four columns, or with `turn` 1 the four diagonals. The four chains go step by
// step beside each other, so that a core finds independent work close by.
INLINE void NAME(mix)(V v[16], const V m[16], const uint8_t s[8], int turn) {
#define EACH _Pragma("clang loop unroll(full)") for (int i = 0; i < 4; i++)
#define B v[4 + ((i + turn) & 3)]
#define C v[8 + ((i + 2 * turn) & 3)]
#define D v[12 + ((i + 3 * turn) & 3)]
  EACH v[i] += m[s[2 * i]];
  EACH v[i] += B;
  EACH D = NAME(turn)(D ^ v[i], 16);
  EACH C += D;
  EACH B = ROTATE(B ^ C, 12);
  EACH v[i] += m[s[2 * i + 1]];
  EACH v[i] += B;
  EACH D = NAME(turn)(D ^ v[i], 8);
  EACH C += D;
  EACH B = ROTATE(B ^ C, 7);
#undef EACH
#undef B
#undef C
#undef D
}

// h is the chaining values before and after.
INLINE void NAME(compress)(V h[8], const V m[16], V counterLow, V counterHigh, V length,
                           V flags) {
  V v[16] = {h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]};
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) v[8 + i] = (V){0} + blake3_iv[i];
  v[12] = counterLow;
  v[13] = counterHigh;
  v[14] = length;
  v[15] = flags;
#pragma clang loop unroll(full)
  for (int round = 0; round < 7; round++) {
    NAME(mix)(v, m, blake3_schedule[round], 0);
    NAME(mix)(v, m, blake3_schedule[round] + 8, 1);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 8; i++) h[i] = v[i] ^ v[8 + i];
}

INLINE void NAME(set_key)(V h[8], const uint32_t key[8]) {
#pragma clang loop unroll(full)
  for (int i = 0; i < 8; i++) h[i] = (V){0} + key[i];
}

INLINE void NAME(store)(const V h[8], uint32_t *out) {
#pragma clang loop unroll(full)
  for (int i = 0; i < 8; i++) memcpy(out + i * STRIDE, &h[i], sizeof(V));
}

// The leaves of 1,025 to LANES * 1,024 bytes, into the columns of `out`. The last may be short: it
// takes part with its own blocks, and its value is kept aside until the others are done. Lanes
// that have no leaf repeat the first.
static void NAME(leaves)(const uint8_t *input, size_t length, const uint32_t key[8],
                         uint64_t leaf, uint32_t mode, uint32_t *out) {
  size_t full = length / leaf_bytes, rest = length % leaf_bytes;
  size_t last = rest == 0 ? leaf_blocks : (rest - 1) / block_bytes;
  const uint8_t *at[LANES];
  for (size_t lane = 0; lane < LANES; lane++) {
    at[lane] = input + (lane < full ? lane : 0) * leaf_bytes;
  }
  if (rest != 0) at[full] = input + full * leaf_bytes;
  uint8_t padded[block_bytes] = {0};
  uint32_t kept[8] = {0};

  V low = FIRST_LANES + (uint32_t)leaf;
  V high = (V){0} + (uint32_t)(leaf >> 32);
  high -= (V)(low < (V){0} + (uint32_t)leaf);  // a true comparison is minus one
  V h[8], m[16];
  NAME(set_key)(h, key);
  for (size_t block = 0; block < leaf_blocks; block++) {
    V size = (V){0} + block_bytes;
    V flags = (V){0} + (mode | (block == 0 ? farmio_blake3_leaf_start : 0) |
                        (block == leaf_blocks - 1 ? farmio_blake3_leaf_end : 0));
    if (block == last) {
      V lane = (V)(FIRST_LANES == (V){0} + (uint32_t)full);
      uint32_t bytes = (uint32_t)(rest - block * block_bytes);
      size -= lane & (block_bytes - bytes);
      flags |= lane & farmio_blake3_leaf_end;
      memcpy(padded, at[full], bytes);
      at[full] = padded;
    }
    NAME(load)(m, at);
    NAME(prefetch)(at);
    NAME(compress)(h, m, low, high, size, flags);
    for (size_t lane = 0; lane < LANES; lane++) at[lane] += block_bytes;
    if (block == last) {
      NAME(store)(h, out);
      for (size_t i = 0; i < 8; i++) kept[i] = out[i * STRIDE + full];
      at[full] = at[0];
    }
  }
  NAME(store)(h, out);
  if (rest != 0) {
    for (size_t i = 0; i < 8; i++) out[i * STRIDE + full] = kept[i];
  }
}

// One level up: the parents of `count` nodes (at most 2 * LANES) of `table`, into the columns of
// `out`. An odd last node moves up as it is.
static void NAME(parents)(const uint32_t *table, size_t count, const uint32_t key[8],
                          uint32_t mode, uint32_t *out) {
  V h[8], m[16];
#pragma clang loop unroll(full)
  for (int i = 0; i < 8; i++) {
    V left, right;
    memcpy(&left, table + i * STRIDE, sizeof left);
    memcpy(&right, table + i * STRIDE + LANES, sizeof right);
    m[i] = EVEN(left, right);
    m[8 + i] = ODD(left, right);
  }
  NAME(set_key)(h, key);
  NAME(compress)(h, m, (V){0}, (V){0}, (V){0} + block_bytes,
                 (V){0} + (mode | farmio_blake3_parent));
  if (count % 2 != 0) {
    V odd = (V)(FIRST_LANES == (V){0} + (uint32_t)(count / 2));
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) h[i] = (h[i] & ~odd) | (m[i] & odd);
  }
  NAME(store)(h, out);
}

#undef NAME
#undef V
#undef LANES_JOIN
#undef LANES_NAMED
#undef LOW32
#undef HIGH32
#undef LOW64
#undef HIGH64
#undef LOW128
#undef HIGH128
#undef EVEN
#undef ODD
#undef EVEN128
#undef ODD128
#undef FIRST_LANES
#undef LANES
