// The EXR byte planes, and those of PXR24, in generic vectors of 16 bytes: what every 64-bit CPU has.
#include "exr_planes.h"

#define LANES 1
#define NAME(function) farmio_##function##_portable
#include "exr_planes_template.h"
#include "exr_pxr24_template.h"
