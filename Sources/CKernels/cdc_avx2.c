// The chunker in vectors of 32 bytes.
#include "cdc.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx2,aes,bmi,bmi2,lzcnt,popcnt"))), \
    apply_to = function)

#include "cdc_aesni.h"
#define LANES 2
#define CUTS farmio_cdc_cuts_avx2
#define JUDGE judge_aesni
#include "cdc_template.h"

#pragma clang attribute pop
#endif
