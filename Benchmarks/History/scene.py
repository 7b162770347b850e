"""Saves one scene in two versions, as an artist would, and renders both.

blender -b --factory-startup --python scene.py -- OUT

OUT/v1 and OUT/v2 get scenes/*.blend (plain and compressed), caches/* and renders/*.exr.
Version 2 is version 1 opened again, edited and saved: one mesh sculpted in a patch, one object
moved, a modifier and a light added, one packed texture replaced.
"""

import math
import os
import sys

import bpy
import numpy

OUT = sys.argv[sys.argv.index("--") + 1]
SIDE = 448  # vertices along an edge of a mesh: 200,704 in all


def folder(version, kind):
    path = os.path.join(OUT, version, kind)
    os.makedirs(path, exist_ok=True)
    return path


def terrain(name, seed):
    """A grid displaced by a few octaves of sines and a little noise, with UVs and smooth faces."""
    random = numpy.random.default_rng(seed)
    bpy.ops.mesh.primitive_grid_add(
        x_subdivisions=SIDE - 1, y_subdivisions=SIDE - 1, size=4, location=(4.5 * seed, 0, 0)
    )
    thing = bpy.context.object
    thing.name = name
    mesh = thing.data
    points = numpy.empty(len(mesh.vertices) * 3, dtype=numpy.float32)
    mesh.vertices.foreach_get("co", points)
    points = points.reshape(-1, 3)
    for octave in range(1, 7):
        phase = random.uniform(0, 6, 4)
        points[:, 2] += (
            numpy.sin(points[:, 0] * octave * 2 + phase[0])
            * numpy.cos(points[:, 1] * octave * 2 + phase[1])
            * 0.3
            / octave
        )
    points += random.normal(0, 0.0005, points.shape)
    mesh.vertices.foreach_set("co", points.ravel())
    mesh.polygons.foreach_set("use_smooth", numpy.ones(len(mesh.polygons), dtype=bool))
    mesh.update()
    return thing


def sculpt(thing, center, radius, height):
    """Raises the vertices around `center` by a smooth falloff, as a brush does."""
    mesh = thing.data
    points = numpy.empty(len(mesh.vertices) * 3, dtype=numpy.float32)
    mesh.vertices.foreach_get("co", points)
    points = points.reshape(-1, 3)
    distance = numpy.hypot(points[:, 0] - center[0], points[:, 1] - center[1])
    falloff = numpy.clip(1 - distance / radius, 0, 1) ** 2
    points[:, 2] += falloff * height
    mesh.vertices.foreach_set("co", points.ravel())
    mesh.update()


def texture(name, seed, width=2048):
    """A photograph-like 8-bit texture, packed into the file as PNG."""
    random = numpy.random.default_rng(seed)
    image = bpy.data.images.new(name, width, width)
    y, x = numpy.mgrid[0:width, 0:width].astype(numpy.float32) / width
    pixels = numpy.ones((width, width, 4), dtype=numpy.float32)
    for channel in range(3):
        wave = sum(
            numpy.sin(x * f * 20 + seed) * numpy.cos(y * f * 17 + channel) / f for f in (1, 2, 5, 9)
        )
        pixels[:, :, channel] = 0.5 + wave * 0.2 + random.normal(0, 0.01, wave.shape)
    image.pixels.foreach_set(numpy.clip(pixels, 0, 1).ravel())
    image.update()
    image.pack()
    return image


def textured(thing, image):
    material = bpy.data.materials.new(image.name)
    material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    shader = material.node_tree.nodes["Principled BSDF"]
    material.node_tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
    thing.data.materials.append(material)


def build():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    for seed in range(3):
        textured(terrain(f"ground{seed}", seed), texture(f"soil{seed}", seed))
    for index in range(60):
        angle = index / 60 * 2 * math.pi
        bpy.ops.mesh.primitive_monkey_add(
            size=0.3, location=(4.5 + 4 * math.cos(angle), 2 * math.sin(angle), 1)
        )
        bpy.context.object.modifiers.new("round", "SUBSURF").levels = 2
    bpy.ops.object.light_add(type="AREA", location=(4.5, -2, 5))
    bpy.context.object.data.energy = 800
    bpy.context.object.data.size = 3
    bpy.ops.object.camera_add(location=(4.5, -9, 5), rotation=(math.radians(62), 0, 0))
    bpy.context.scene.camera = bpy.context.object


def edit():
    sculpt(bpy.data.objects["ground1"], (0.4, 0.2), 0.5, 0.4)
    bpy.data.objects["Suzanne.007"].location.z += 0.4
    bpy.data.objects["ground2"].modifiers.new("smooth", "SMOOTH")
    bpy.ops.object.light_add(type="POINT", location=(8, -1, 2))
    bpy.context.object.data.energy = 60
    bpy.data.images.remove(bpy.data.images["soil2"])
    textured(bpy.data.objects["ground2"], texture("moss2", 40))


def save(version):
    scenes = folder(version, "scenes")
    for name, compress in (("packed", True), ("plain", False)):
        bpy.ops.wm.save_as_mainfile(
            filepath=os.path.join(scenes, f"shot_{name}.blend"), compress=compress
        )


def caches(version):
    path = folder(version, "caches")
    for export, name in (
        (bpy.ops.wm.alembic_export, "shot.abc"),
        (bpy.ops.wm.usd_export, "shot.usdc"),
        (bpy.ops.export_mesh.ply, "shot.ply"),
    ):
        try:
            export(filepath=os.path.join(path, name))
        except (AttributeError, RuntimeError) as error:
            print("no", name, error)


def render(version):
    """Renders once and saves the same pixels through several codecs."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 6
    scene.cycles.use_denoising = False
    scene.render.resolution_x, scene.render.resolution_y = 1280, 720
    scene.render.resolution_percentage = 100
    layer = scene.view_layers[0]
    layer.use_pass_z = layer.use_pass_normal = layer.use_pass_diffuse_color = True
    layer.use_pass_diffuse_direct = layer.use_pass_vector = True
    bpy.ops.render.render()
    settings = scene.render.image_settings
    settings.file_format = "OPEN_EXR_MULTILAYER"
    path = folder(version, "renders")
    for codec, depth in (
        ("NONE", "32"), ("NONE", "16"), ("ZIP", "16"), ("ZIP", "32"), ("DWAA", "16"), ("PIZ", "16"),
    ):
        settings.exr_codec, settings.color_depth = codec, depth
        bpy.data.images["Render Result"].save_render(
            os.path.join(path, f"beauty_{codec.lower()}_{depth}.exr")
        )


build()
save("v1")
caches("v1")
render("v1")
bpy.ops.wm.open_mainfile(filepath=os.path.join(OUT, "v1/scenes/shot_plain.blend"))
edit()
save("v2")
caches("v2")
render("v2")
