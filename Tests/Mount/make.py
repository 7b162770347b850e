"""For Blender: makes a scene that reads textures from beside it, in the folder given."""

import os
import sys

import bpy

folder = sys.argv[sys.argv.index("--") + 1]
for thing in list(bpy.data.objects):
    bpy.data.objects.remove(thing)
for number in range(4):
    image = bpy.data.images.new("texture%d" % number, 1024, 1024)
    image.pixels.foreach_set([(i * (number + 3) * 2654435761 % 1000) / 1000
                              for i in range(1024 * 1024 * 4)])
    path = os.path.join(folder, "texture%d.png" % number)
    image.filepath_raw, image.file_format = path, "PNG"
    image.save()
    bpy.ops.mesh.primitive_plane_add(size=2, location=(2.2 * (number % 2), 2.2 * (number // 2), 0))
    material = bpy.data.materials.new("m%d" % number)
    material.use_nodes = True
    nodes = material.node_tree.nodes
    texture = nodes.new("ShaderNodeTexImage")
    texture.image = bpy.data.images.load(path)
    material.node_tree.links.new(
        texture.outputs["Color"], nodes["Principled BSDF"].inputs["Base Color"])
    bpy.context.object.data.materials.append(material)
bpy.ops.object.light_add(type="SUN", location=(0, 0, 5))
bpy.ops.object.camera_add(location=(1.1, 1.1, 7))
scene = bpy.context.scene
scene.camera = bpy.context.object
scene.render.engine, scene.cycles.device, scene.cycles.samples = "CYCLES", "CPU", 8
scene.cycles.seed, scene.cycles.use_denoising = 7, False
scene.render.resolution_x, scene.render.resolution_y = 320, 240
bpy.ops.wm.save_as_mainfile(filepath=os.path.join(folder, "scene.blend"))
bpy.ops.file.make_paths_relative()
bpy.ops.wm.save_mainfile()
