// Vectors of LANES times 16 bytes, and shuffles that stay inside each 16-byte lane. Included by
// kernel templates after LANES is defined (1: SSE, NEON; 2: AVX2; 4: AVX-512). Written with the
// compiler's generic vectors, so that one text serves every instruction set; what it becomes on
// each was read in the assembly.

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "elements are numbered from the low end");

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

/// Element by element, `at` names the source in (a, b).
#define SHUFFLE(a, b, at) __builtin_shufflevector(a, b, EACH_LANE(at))
