// The EXR byte planes: dispatch.
#include "dispatch.h"

void farmio_exr_join(const uint8_t *planes, size_t count, uint8_t *target) {
  DISPATCH(farmio_exr_join, planes, count, target)
}

void farmio_exr_split(const uint8_t *source, size_t count, uint8_t *planes) {
  DISPATCH(farmio_exr_split, source, count, planes)
}
