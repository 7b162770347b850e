"""Decodes the corpus images to EXR files of plain pixels, and changes a region of some.

blender -b --factory-startup --python textures.py -- CORPUS OUT
"""

import glob
import os
import sys

import bpy
import numpy

CORPUS, OUT = sys.argv[sys.argv.index("--") + 1 :][:2]
NAMES = (
    "ScanLines/Desk.exr", "ScanLines/CandleGlass.exr", "ScanLines/Cannon.exr",
    "ScanLines/MtTamWest.exr", "Tiles/GoldenGate.exr",
)

scene = bpy.context.scene
scene.view_settings.view_transform = "Raw"
settings = scene.render.image_settings
settings.file_format = "OPEN_EXR"
settings.color_mode = "RGBA"
for version in ("v1", "v2"):
    path = os.path.join(OUT, version, "textures")
    os.makedirs(path, exist_ok=True)
    for index, name in enumerate(NAMES):
        source = os.path.join(CORPUS, "exr", name)
        image = bpy.data.images.load(source)
        if version == "v2" and index % 2 == 0:
            width, height = image.size
            pixels = numpy.empty(width * height * 4, dtype=numpy.float32)
            image.pixels.foreach_get(pixels)
            view = pixels.reshape(height, width, 4)
            view[height // 3 : height // 2, width // 4 : width // 2, :3] *= 0.8
            image.pixels.foreach_set(pixels)
            image.update()
        stem = os.path.basename(name)[:-4]
        for codec, depth in (("NONE", "16"), ("NONE", "32")):
            settings.exr_codec, settings.color_depth = codec, depth
            image.save_render(os.path.join(path, f"{stem}_{depth}.exr"), scene=scene)
        bpy.data.images.remove(image)
print(len(glob.glob(os.path.join(OUT, "v1/textures/*"))), "textures")
