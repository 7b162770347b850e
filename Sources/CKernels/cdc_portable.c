// The chunker in generic vectors of 16 bytes: what every 64-bit CPU has.
#include "cdc.h"

#define LANES 1
#define CUTS farmio_cdc_cuts_portable
#define JUDGE farmio_cdc_judge_portable
#include "cdc_template.h"
