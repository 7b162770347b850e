"""Blender's part: renders a small shot in layers, with Cryptomatte.

    blender -b --factory-startup --python shot.py -- FOLDER FRAMES WIDTH HEIGHT

Writes FOLDER/multilayer.####.exr (32 bits, every pass in one file), and FOLDER/beauty.####.exr
(16 bits, RGBA alone).
"""
import sys

import bpy

folder, frames, width, height = sys.argv[sys.argv.index("--") + 1:]
frames, width, height = int(frames), int(width), int(height)

for thing in list(bpy.data.objects):
    bpy.data.objects.remove(thing)


def material(name, colour):
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    made.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (*colour, 1)
    return made


bpy.ops.mesh.primitive_plane_add(size=20)
bpy.context.object.name = "ground"
bpy.context.object.data.materials.append(material("earth", (0.3, 0.25, 0.2)))
for number, (name, colour) in enumerate(
        (("teapot", (0.8, 0.1, 0.1)), ("lid", (0.1, 0.7, 0.2)), ("saucer", (0.1, 0.2, 0.8)))):
    bpy.ops.mesh.primitive_monkey_add(size=1.4, location=(number * 2 - 2, 0, 0.8))
    thing = bpy.context.object
    thing.name = name
    thing.data.materials.append(material(f"{name} paint", colour))
    for frame in (1001, 1000 + frames):
        thing.rotation_euler[2] = 0.3 * (frame - 1001) + number
        thing.keyframe_insert("rotation_euler", frame=frame)
bpy.ops.object.light_add(type="SUN", location=(4, -4, 8), rotation=(0.6, 0.2, 0.4))
bpy.context.object.data.energy = 3
bpy.ops.object.camera_add(location=(0, -8, 3.4), rotation=(1.22, 0, 0))

scene = bpy.context.scene
scene.camera = bpy.context.object
scene.render.engine = "CYCLES"
scene.cycles.samples = 4
scene.cycles.use_denoising = False
scene.render.threads_mode = "FIXED"
scene.render.threads = 2
scene.render.resolution_x, scene.render.resolution_y = width, height
scene.render.resolution_percentage = 100
scene.render.use_persistent_data = True
scene.frame_start, scene.frame_end = 1001, 1000 + frames

layer = scene.view_layers[0]
layer.name = "hero"
layer.use_pass_z = True
layer.use_pass_normal = True
layer.use_pass_diffuse_direct = True
layer.use_pass_object_index = True
layer.use_pass_cryptomatte_object = True
layer.use_pass_cryptomatte_material = True
layer.pass_cryptomatte_depth = 4

output = scene.render.image_settings
output.file_format = "OPEN_EXR_MULTILAYER"
output.color_depth = "32"
output.exr_codec = "ZIP"
scene.render.filepath = f"{folder}/multilayer.####.exr"
bpy.ops.render.render(animation=True)

output.file_format = "OPEN_EXR"
output.color_mode = "RGBA"
output.color_depth = "16"
output.exr_codec = "PIZ"
scene.render.filepath = f"{folder}/beauty.####.exr"
bpy.ops.render.render(animation=True)
