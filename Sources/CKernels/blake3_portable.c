// BLAKE3 without assumptions: four lanes in whatever vectors the compiler's baseline has.
#include "blake3_block.h"

#define VARIANT portable
#define WIDEST 4
#define STRIDE (2 * WIDEST)

#define LANES 4
#include "blake3_lanes.h"
#include "blake3_tree.h"
