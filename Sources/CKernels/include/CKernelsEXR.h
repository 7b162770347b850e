// What EXR codecs do to bytes before and after they are packed. See CKernels.h for the rules.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Byte planes ----------------------------------------------------------------------------------
//
// Planes are the even-numbered bytes, then the odd-numbered ones; each byte but the first is then
// replaced by its difference to the byte before, plus 128. split makes them, join takes them back.
// Source and target have count bytes and do not overlap.

#define FARMIO_EXR_PLANES_VARIANT(suffix)                                                         \
  void farmio_exr_join##suffix(const uint8_t *planes, size_t count, uint8_t *target);             \
  void farmio_exr_split##suffix(const uint8_t *source, size_t count, uint8_t *planes);

FARMIO_EXR_PLANES_VARIANT()
FARMIO_EXR_PLANES_VARIANT(_portable)
#if defined(__x86_64__)
FARMIO_EXR_PLANES_VARIANT(_sse4)
FARMIO_EXR_PLANES_VARIANT(_avx2)
FARMIO_EXR_PLANES_VARIANT(_avx512)
#endif

// PXR24 ----------------------------------------------------------------------------------------
//
// One row of samples as planes: the differences of neighbours, the most significant byte of each
// first. count is 2 for halves, 4 for unsigned integers, 3 for floats, which split rounds to their
// 24 most significant bits. A row has samples * count bytes in planes; as it is, samples * 2, or
// * 4 for count 3 and 4. Source and target do not overlap.

#define FARMIO_EXR_PXR24_VARIANT(suffix)                                                          \
  void farmio_exr_pxr24_join##suffix(const uint8_t *planes, size_t samples, int count,            \
                                     uint8_t *target);                                            \
  void farmio_exr_pxr24_split##suffix(const uint8_t *source, size_t samples, int count,           \
                                      uint8_t *planes);

FARMIO_EXR_PXR24_VARIANT()
FARMIO_EXR_PXR24_VARIANT(_portable)
#if defined(__x86_64__)
FARMIO_EXR_PXR24_VARIANT(_sse4)
FARMIO_EXR_PXR24_VARIANT(_avx2)
FARMIO_EXR_PXR24_VARIANT(_avx512)
#endif

// Run lengths ----------------------------------------------------------------------------------
//
// A run is a signed byte c, then -c bytes as they are if c is negative, else one byte that stands
// for c + 1 of them.

/// Unpacks runs until the source ends, or the next one is not whole, or does not fit into the rest
/// of the target. Returns the number of bytes written, and in *read where that run starts. Bytes of
/// the target behind those are undefined.
size_t farmio_exr_unpack_runs(const uint8_t *packed, size_t packed_count, uint8_t *target,
                              size_t count, size_t *read);

/// Packs count bytes into at most capacity bytes. Returns their number; 0 if they do not fit.
size_t farmio_exr_pack_runs(const uint8_t *source, size_t count, uint8_t *packed, size_t capacity);

// Deflate without search -----------------------------------------------------------------------

/// Packs `count` bytes, more than 0, into deflate blocks of single bytes and runs of equal ones, each
/// with codes of its own. They end at a whole byte, and other blocks may follow unless it is the last
/// piece of its stream. Returns their bytes; 0 if they might not fit in `room`. For noisy planes:
/// smaller than what a quick search for matches makes of them, in less than half the time.
size_t farmio_deflate_runs(const uint8_t *bytes, size_t count, uint8_t *target, size_t room,
                           int is_last);

/// Whether the bytes repeat themselves in other ways than by runs, so that a search for matches
/// pays; by a sample of their first 32 KiB. Few bytes count as such.
int farmio_deflate_repeats(const uint8_t *bytes, size_t count);

#pragma clang assume_nonnull end
