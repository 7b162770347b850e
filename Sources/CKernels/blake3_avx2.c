// BLAKE3 in eight lanes, for CPUs with AVX2.
#if defined(__x86_64__)
#include <stdint.h>
#include <string.h>

#include "include/CKernelsBLAKE3.h"

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#include "blake3_block.h"

#define VARIANT avx2
#define WIDEST 8
#define STRIDE (2 * WIDEST)

#define LANES 4
#include "blake3_lanes.h"
#define LANES 8
#include "blake3_lanes.h"
#include "blake3_tree.h"
#pragma clang attribute pop
#endif
