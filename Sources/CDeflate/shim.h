// libdeflate: whole-buffer zlib streams, two to three times as fast as zlib.
#pragma once

#include <libdeflate.h>
