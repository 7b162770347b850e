// BLAKE3 in four lanes, for CPUs with SSE4.1.
#if defined(__x86_64__)
#include <stdint.h>
#include <string.h>

#include "include/CKernelsBLAKE3.h"

#pragma clang attribute push(__attribute__((target("sse4.1"))), apply_to = function)
#include "blake3_block.h"

#define VARIANT sse41
#define WIDEST 4
#define STRIDE (2 * WIDEST)

#define LANES 4
#include "blake3_lanes.h"
#include "blake3_tree.h"
#pragma clang attribute pop
#endif
