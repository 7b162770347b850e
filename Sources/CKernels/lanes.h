// Vectors of LANES times 16 bytes, and shuffles that stay inside each 16-byte lane. Included by
// kernel templates after LANES is defined (1: SSE, NEON; 2: AVX2; 4: AVX-512). Written with the
// compiler's generic vectors, so that one text serves every instruction set; what it becomes on
// each was read in the assembly.

typedef uint8_t bytes_v __attribute__((vector_size(16 * LANES)));
typedef uint16_t words_v __attribute__((vector_size(16 * LANES)));

#define INLINE static inline __attribute__((always_inline))

#if LANES == 1
#define EACH_LANE(index) index(0)
#elif LANES == 2
#define EACH_LANE(index) index(0), index(1)
#else
#define EACH_LANE(index) index(0), index(1), index(2), index(3)
#endif

/// The 16-bit elements of a vector; in a shuffle, elements from here on are the second operand's.
#define WORDS (8 * LANES)
/// The 8-bit elements of a vector.
#define BYTES (16 * LANES)

#define EIGHT(at, l) at(l, 0), at(l, 1), at(l, 2), at(l, 3), at(l, 4), at(l, 5), at(l, 6), at(l, 7)
#define SIXTEEN(at, l)                                                                           \
  EIGHT(at, l), at(l, 8), at(l, 9), at(l, 10), at(l, 11), at(l, 12), at(l, 13), at(l, 14), at(l, 15)

// Interleave units of 1, 2 or 4 words of the low or high halves of two operands, lane by lane.
#define ZIP_WORD(l, i, unit, high)                                                                \
  ((i) / (unit) % 2 * WORDS + 8 * (l) + 4 * (high) + (i) / (unit) / 2 * (unit) + (i) % (unit))
#define LOW_1(l, i) ZIP_WORD(l, i, 1, 0)
#define LOW_2(l, i) ZIP_WORD(l, i, 2, 0)
#define LOW_4(l, i) ZIP_WORD(l, i, 4, 0)
#define HIGH_1(l, i) ZIP_WORD(l, i, 1, 1)
#define HIGH_2(l, i) ZIP_WORD(l, i, 2, 1)
#define HIGH_4(l, i) ZIP_WORD(l, i, 4, 1)
