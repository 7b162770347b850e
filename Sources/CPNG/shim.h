// libpng by its simplified interface, which keeps its long jumps to itself.
#pragma once

#include <string.h>

#include <png.h>

/// A description of 8-bit RGBA or RGB rows, for `png_image_write_to_memory`.
static inline png_image farmio_png_image(unsigned width, unsigned height, int has_alpha) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = has_alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
  return image;
}
