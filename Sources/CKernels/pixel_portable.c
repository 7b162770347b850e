// The pixel kernels in what every 64-bit CPU has.
#include "CKernels.h"

#include <string.h>

#include "pixel_vectors.h"

/// The bits of a half, moved to their place in a float, are 2^112 times too small.
INLINE f32_v widen(s16_v finite) {
  s32_v bits = CONVERT(finite, s32_v);
  f32_v magnitude = (f32_v)((bits & 0x7FFF) << 13) * 0x1p112f;
  return (f32_v)((s32_v)magnitude | (bits & INT32_MIN));
}

#define WIDEN(finite) widen(finite)
#define NAME(function) function##_portable
#include "pixel_survey.h"
#include "pixel_pairs.h"
#include "pixel_sparks.h"
