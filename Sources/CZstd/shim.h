// zstd's stable interface, and its dictionary trainer.
#pragma once
#include <zstd.h>
#include <zstd_errors.h>
#include <zdict.h>
