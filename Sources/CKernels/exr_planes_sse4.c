// The EXR byte planes, and those of PXR24, in vectors of 16 bytes, with SSSE3's shuffle of bytes.
#include "exr_planes.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("sse4.2"))), apply_to = function)

#define LANES 1
#define NAME(function) farmio_##function##_sse4
#include "exr_planes_template.h"
#include "exr_pxr24_template.h"

#pragma clang attribute pop
#endif
