// The pixel kernels with AVX-512.
#include "CKernels.h"

#include <string.h>

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx2,f16c,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)

#include "pixel_vectors.h"

typedef _Float16 f16_v __attribute__((vector_size(2 * SAMPLES)));

#define WIDEN(finite) CONVERT((f16_v)(finite), f32_v)
#define NAME(function) function##_avx512
#include "pixel_survey.h"
#include "pixel_pairs.h"
#include "pixel_sparks.h"

#pragma clang attribute pop
#endif
