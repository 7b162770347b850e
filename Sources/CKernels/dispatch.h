// Which variant of a kernel runs: the body of the function that everybody calls.
#pragma once
#include "CKernels.h"

#if defined(__x86_64__)
/// Of a kernel that has a variant for every level.
#define DISPATCH(function, ...)                                \
  switch (farmio_kernel_level()) {                             \
    case FARMIO_AVX512: return function##_avx512(__VA_ARGS__); \
    case FARMIO_AVX2: return function##_avx2(__VA_ARGS__);     \
    case FARMIO_SSE4: return function##_sse4(__VA_ARGS__);     \
    default: return function##_portable(__VA_ARGS__);          \
  }
/// Of a kernel that has none for SSE4.
#define DISPATCH_WIDE(function, ...)                           \
  switch (farmio_kernel_level()) {                             \
    case FARMIO_AVX512: return function##_avx512(__VA_ARGS__); \
    case FARMIO_AVX2: return function##_avx2(__VA_ARGS__);     \
    default: return function##_portable(__VA_ARGS__);          \
  }
#else
#define DISPATCH(function, ...) return function##_portable(__VA_ARGS__);
#define DISPATCH_WIDE(function, ...) return function##_portable(__VA_ARGS__);
#endif
