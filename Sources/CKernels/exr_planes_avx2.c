// The EXR byte planes, and those of PXR24, in vectors of 32 bytes.
#include "exr_planes.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

#define LANES 2
#define NAME(function) farmio_##function##_avx2
#include "exr_planes_template.h"
#include "exr_pxr24_template.h"

#pragma clang attribute pop
#endif
