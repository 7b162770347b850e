// The chunker in vectors of 64 bytes.
#include "cdc.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,aes,bmi,bmi2,lzcnt"))), \
    apply_to = function)

#include "cdc_aesni.h"
#define LANES 4
#define CUTS farmio_cdc_cuts_avx512
#define JUDGE judge_aesni
#include "cdc_template.h"

#pragma clang attribute pop
#endif
