// BLAKE3 over whole inputs: leaves in parallel lanes, then parents in parallel lanes.
//
// A tree call allocates nothing and keeps no state; its stack is about 1.2 KB for each doubling of
// the input above 16 KiB. Words are host integers; bytes on the wire are their little-endian form.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

#ifdef __cplusplus
extern "C" {
#endif

/// Domain flags of the compression function.
enum {
  farmio_blake3_leaf_start = 1,
  farmio_blake3_leaf_end = 2,
  farmio_blake3_parent = 4,
  farmio_blake3_root = 8,
  farmio_blake3_keyed = 16,
  farmio_blake3_context = 32,
  farmio_blake3_material = 64,
};

/// The chaining value of the subtree over `length` bytes of `input`, whose first leaf has the
/// number `leaf`. `flags` is the mode (keyed, context or material), and `farmio_blake3_root` if
/// this subtree is the whole tree: then `out` is the digest.
typedef void farmio_blake3_tree_function(const uint8_t *input, size_t length,
                                         const uint32_t key[_Nonnull 8], uint64_t leaf,
                                         uint32_t flags, uint32_t out[_Nonnull 8]);

/// One compression of a 64-byte block: eight words of chaining value, then eight more that only
/// the root's output uses.
typedef void farmio_blake3_compress_function(const uint32_t cv[_Nonnull 8],
                                             const uint8_t block[_Nonnull 64], uint64_t counter,
                                             uint32_t length, uint32_t flags,
                                             uint32_t out[_Nonnull 16]);

/// The best variants that this CPU runs and FARMIO_KERNELS allows.
farmio_blake3_tree_function farmio_blake3_tree;
farmio_blake3_compress_function farmio_blake3_compress;

/// Vectors of four lanes, in what the compiler's baseline has: SSE2, NEON, or plain words.
farmio_blake3_tree_function farmio_blake3_tree_portable;
farmio_blake3_compress_function farmio_blake3_compress_portable;

#if defined(__x86_64__)
/// Four, eight and sixteen lanes. Each needs the CPU feature in its name (avx512: F and VL).
farmio_blake3_tree_function farmio_blake3_tree_sse41, farmio_blake3_tree_avx2,
    farmio_blake3_tree_avx512;
farmio_blake3_compress_function farmio_blake3_compress_sse41, farmio_blake3_compress_avx2,
    farmio_blake3_compress_avx512;
#endif

/// The variant of a level (FARMIO_PORTABLE to FARMIO_AVX512), or null if this CPU cannot
/// run it. The environment does not matter here: tests run all of them in one process.
farmio_blake3_tree_function *_Nullable farmio_blake3_tree_at(int level);
farmio_blake3_compress_function *_Nullable farmio_blake3_compress_at(int level);

#ifdef __cplusplus
}
#endif

#pragma clang assume_nonnull end
