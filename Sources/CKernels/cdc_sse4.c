// The chunker in vectors of 16 bytes, with SSE4.2 and AES.
#include "cdc.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("sse4.2,aes,pclmul,popcnt"))), \
    apply_to = function)

#include "cdc_aesni.h"
#define LANES 1
#define CUTS farmio_cdc_cuts_sse4
#define JUDGE judge_aesni
#include "cdc_template.h"

#pragma clang attribute pop
#endif
