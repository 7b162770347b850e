"""For Blender: renders the scene of a folder into an EXR file."""

import os
import sys

import bpy

folder, target = sys.argv[sys.argv.index("--") + 1:]
bpy.ops.wm.open_mainfile(filepath=os.path.join(folder, "scene.blend"))
for image in bpy.data.images:
    if image.source == "FILE" and not image.has_data:
        image.update()
        if not image.has_data:
            raise SystemExit("%s cannot be read" % image.filepath)
render = bpy.context.scene.render
render.filepath, render.image_settings.file_format = target, "OPEN_EXR"
render.image_settings.exr_codec = "ZIP"
bpy.ops.render.render(write_still=True)
