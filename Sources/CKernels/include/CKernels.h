// SIMD kernels with run-time dispatch. Each has a portable twin; the Swift scalar version is the
// specification. Every symbol starts with farmio_. A kernel allocates nothing and has no state.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "CKernelsBLAKE3.h"

#pragma clang assume_nonnull begin
#pragma clang assume_nonnull end
