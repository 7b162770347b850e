// Shared by the variants of the EXR byte planes and of PXR24's.
#pragma once
#include "CKernels.h"

#include <string.h>

#define HIDDEN __attribute__((visibility("hidden")))

/// Joins the samples of a PXR24 row from `done` on, one at a time; `before` is the sum so far.
HIDDEN void farmio_exr_pxr24_join_rest(const uint8_t *planes, size_t samples, int count,
                                       uint8_t *target, size_t done, uint32_t before);

/// Splits the samples from `at` up to `end`, or the row's end if that is less, one at a time.
/// Returns where it ended.
HIDDEN size_t farmio_exr_pxr24_split_range(const uint8_t *source, size_t samples, int count,
                                           uint8_t *planes, size_t at, size_t end);
