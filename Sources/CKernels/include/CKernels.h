// SIMD kernels with run-time dispatch. Each has a portable twin; the Swift scalar version is the
// specification. Every symbol starts with farmio_. A kernel allocates nothing and has no state.
//
// A function without a suffix picks the best variant for the CPU. The variants behind it are public
// too, so that one process can compare them; call one only if farmio_kernel_supported() reaches it.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "CKernelsBLAKE3.h"
#include "CKernelsEXR.h"
#include "CKernelsImage.h"
#include "CKernelsPixels.h"

#pragma clang assume_nonnull begin

// Dispatch -------------------------------------------------------------------------------------

enum {
  FARMIO_PORTABLE = 0,
  FARMIO_SSE4 = 1,    // SSE4.2, AES, PCLMULQDQ
  FARMIO_AVX2 = 2,    // and AVX2, BMI2, F16C
  FARMIO_AVX512 = 3,  // and AVX-512 F, BW, DQ, VL, VBMI with VPCLMULQDQ: Ice Lake, Zen 4 and later
};

/// The highest level this CPU and its operating system support.
int farmio_kernel_supported(void);

/// The level in use: what is supported, capped by the environment variable FARMIO_KERNELS
/// (portable, sse4, avx2 or avx512), which is read once.
int farmio_kernel_level(void);

// Content-defined chunker, RKP-CDC/1 -----------------------------------------------------------

/// What decides a cut. Made by farmio_cdc_prepare, then constant.
typedef struct {
  uint8_t round_keys[176];  // AES-128
  uint32_t minimum;         // bytes of the shortest chunk
  uint32_t maximum;         // bytes of the longest chunk
  uint16_t threshold;       // a window is a candidate if its hash is below
  uint8_t accepting_shift;  // a candidate is accepted if its value, shifted right by this, is zero
} farmio_cdc_rule;

/// average_bits: 16, 18 or 20; candidate_bits: 8 to 12; key: 16 bytes.
void farmio_cdc_prepare(farmio_cdc_rule *rule, int average_bits, int candidate_bits,
                        const uint8_t *key);

/// Cuts count bytes that begin a chunk. Writes the end of each chunk, counted from bytes, until
/// capacity ends are written or, unless `ended`, fewer than rule->maximum bytes are left. Returns
/// the number of ends.
size_t farmio_cdc_cuts(const farmio_cdc_rule *rule, const uint8_t *bytes, size_t count, int ended,
                       uint32_t *ends, size_t capacity);
size_t farmio_cdc_cuts_portable(const farmio_cdc_rule *rule, const uint8_t *bytes, size_t count,
                                int ended, uint32_t *ends, size_t capacity);
#if defined(__x86_64__)
size_t farmio_cdc_cuts_sse4(const farmio_cdc_rule *rule, const uint8_t *bytes, size_t count,
                            int ended, uint32_t *ends, size_t capacity);
size_t farmio_cdc_cuts_avx2(const farmio_cdc_rule *rule, const uint8_t *bytes, size_t count,
                            int ended, uint32_t *ends, size_t capacity);
size_t farmio_cdc_cuts_avx512(const farmio_cdc_rule *rule, const uint8_t *bytes, size_t count,
                              int ended, uint32_t *ends, size_t capacity);
#endif

// CRC-32C --------------------------------------------------------------------------------------

/// The checksum of the bytes whose checksum is `crc`, followed by these. Start with 0.
uint32_t farmio_crc32c(uint32_t crc, const uint8_t *bytes, size_t count);
uint32_t farmio_crc32c_portable(uint32_t crc, const uint8_t *bytes, size_t count);
#if defined(__x86_64__)
uint32_t farmio_crc32c_sse4(uint32_t crc, const uint8_t *bytes, size_t count);
uint32_t farmio_crc32c_avx512(uint32_t crc, const uint8_t *bytes, size_t count);
#endif

// Byte shuffle ---------------------------------------------------------------------------------
//
// shuffle and unshuffle: stride is 2 to 64; source and target have count bytes and do not overlap.
// difference replaces every byte by its difference to the byte before; sum takes that back.

#define FARMIO_SHUFFLE_VARIANT(suffix)                                                            \
  void farmio_shuffle##suffix(const uint8_t *source, size_t count, int stride, uint8_t *target);  \
  void farmio_unshuffle##suffix(const uint8_t *source, size_t count, int stride,                  \
                                uint8_t *target);                                                 \
  void farmio_difference##suffix(uint8_t *bytes, size_t count);                                   \
  void farmio_sum##suffix(uint8_t *bytes, size_t count);

FARMIO_SHUFFLE_VARIANT()
FARMIO_SHUFFLE_VARIANT(_portable)
#if defined(__x86_64__)
FARMIO_SHUFFLE_VARIANT(_sse4)
FARMIO_SHUFFLE_VARIANT(_avx2)
FARMIO_SHUFFLE_VARIANT(_avx512)
#endif

#pragma clang assume_nonnull end
