// The byte shuffle in generic vectors of 16 bytes: what every 64-bit CPU has.
#include "shuffle.h"

#define LANES 1
#define NAME(function) farmio_##function##_portable
#include "shuffle_one_lane.h"
#include "shuffle_template.h"
