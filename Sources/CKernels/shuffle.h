// Shared by the variants of the byte shuffle.
#pragma once
#include "CKernels.h"

#include <string.h>

/// Shuffles the elements from `done` on, and copies what follows the last whole element.
__attribute__((visibility("hidden"))) void farmio_shuffle_rest(
    const uint8_t *source, size_t count, int stride, uint8_t *target, size_t done);
__attribute__((visibility("hidden"))) void farmio_unshuffle_rest(
    const uint8_t *source, size_t count, int stride, uint8_t *target, size_t done);
