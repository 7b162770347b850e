"""Blender's own reading of two images: ends with 1 unless every sample is the same.

blender -b --factory-startup --python-exit-code 1 --python same_pixels.py -- A B
"""
import sys

import bpy
import numpy


def pixels_of(path):
    image = bpy.data.images.load(path)
    image.colorspace_settings.name = "Non-Color"
    pixels = numpy.empty(len(image.pixels), dtype=numpy.float32)
    image.pixels.foreach_get(pixels)
    return tuple(image.size), pixels


(size, one), (other_size, other) = map(pixels_of, sys.argv[sys.argv.index("--") + 1:])
if size != other_size or not one.any() or not numpy.array_equal(one, other, equal_nan=True):
    raise SystemExit(f"Blender reads {size} and {other_size}, and other samples")
