// BLAKE3 in sixteen lanes, for CPUs with AVX-512 F and VL.
#if defined(__x86_64__)
#include <stdint.h>
#include <string.h>

#include "include/CKernelsBLAKE3.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl"))), apply_to = function)
#define ROTATES_NATIVELY
#include "blake3_block.h"

#define VARIANT avx512
#define WIDEST 16
#define STRIDE (2 * WIDEST)

#define LANES 4
#include "blake3_lanes.h"
#define LANES 8
#include "blake3_lanes.h"
#define LANES 16
#include "blake3_lanes.h"
#include "blake3_tree.h"
#pragma clang attribute pop
#endif
