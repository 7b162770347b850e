// Shared by the variants of the chunker.
#pragma once
#include "CKernels.h"

#include <string.h>

/// AES-128 CBC-MAC of a 64-byte window, its first eight bytes as a number.
__attribute__((visibility("hidden"))) uint64_t farmio_cdc_judge_portable(
    const farmio_cdc_rule *rule, const uint8_t *window);
