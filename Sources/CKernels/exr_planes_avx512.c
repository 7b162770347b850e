// The EXR byte planes, and those of PXR24, in vectors of 64 bytes.
#include "exr_planes.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi"))), \
    apply_to = function)

#define LANES 4
#define NAME(function) farmio_##function##_avx512
#include "exr_planes_template.h"
#include "exr_pxr24_template.h"

#pragma clang attribute pop
#endif
