"""One working day on a shot in Blender: what the artist has done by version 1, 2 and 3.

    blender -b --factory-startup --python-exit-code 1 --python scene.py -- VERSION SHOW

Version 1 builds the shot and saves SHOW/scenes/shot_010.blend. Versions 2 and 3 open that file,
edit it and save it in place. Each version renders its frames as multilayer EXR into
SHOW/renders/shot_010/vVERSION. `--detail N` sets the meshes' subdivision, `--texture N` the
textures' width, `--frames N` the number of frames (0 renders none), `--codecs ZIP NONE` saves
them once more uncompressed, beside. Everything is drawn from
fixed seeds: the same version has the same geometry and pixels each time.
"""
import argparse
import math
import os
import sys

import bmesh
import bpy
import numpy

FRAME_SIZE = (480, 270)
SAMPLES = 6
PASSES = ("z", "mist", "normal", "vector", "uv", "diffuse_color", "ambient_occlusion",
          "emit", "cryptomatte_object")


def noise(shape, seed, octaves=6):
    """Smooth random values in 0...1: octaves of random grids, enlarged and added up."""
    random = numpy.random.default_rng(seed)
    total, weight = numpy.zeros(shape, numpy.float32), 0.0
    for octave in range(2, 2 + octaves):
        cells = 2 ** octave
        grid = random.random((cells + 1, cells + 1), numpy.float32)
        rows = numpy.linspace(0, cells, shape[0], endpoint=False, dtype=numpy.float32)
        columns = numpy.linspace(0, cells, shape[1], endpoint=False, dtype=numpy.float32)
        r, c = rows.astype(int), columns.astype(int)
        fr, fc = (rows - r)[:, None], (columns - c)[None, :]
        top = grid[r][:, c] * (1 - fc) + grid[r][:, c + 1] * fc
        bottom = grid[r + 1][:, c] * (1 - fc) + grid[r + 1][:, c + 1] * fc
        total += (top * (1 - fr) + bottom * fr) / octave
        weight += 1 / octave
    return total / weight


def paint(name, width, seed, dark, bright):
    """A painted texture, packed into the file as artists do before they hand a shot over."""
    value = noise((width, width), seed, octaves=8)
    grain = numpy.random.default_rng(seed + 1).normal(0, 0.012, (width, width)).astype("f4")
    pixels = numpy.ones((width, width, 4), numpy.float32)
    for channel in range(3):
        mix = value ** (1 + 0.3 * channel)
        pixels[..., channel] = dark[channel] + (bright[channel] - dark[channel]) * mix + grain
    image = bpy.data.images.new(name, width, width)
    image.pixels.foreach_set(numpy.clip(pixels, 0, 1).ravel())
    image.pack()
    return image


def material(name, image, roughness):
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    nodes, links = made.node_tree.nodes, made.node_tree.links
    shader = nodes["Principled BSDF"]
    shader.inputs["Roughness"].default_value = roughness
    texture = nodes.new("ShaderNodeTexImage")
    texture.image = image
    links.new(texture.outputs["Color"], shader.inputs["Base Color"])
    return made


def coordinates(mesh):
    values = numpy.empty(len(mesh.vertices) * 3, numpy.float32)
    mesh.vertices.foreach_get("co", values)
    return values.reshape(-1, 3)


def displace(mesh, offsets):
    """Moves each vertex along its normal."""
    normals = numpy.empty(len(mesh.vertices) * 3, numpy.float32)
    mesh.vertices.foreach_get("normal", normals)
    moved = coordinates(mesh) + normals.reshape(-1, 3) * offsets[:, None]
    mesh.vertices.foreach_set("co", moved.ravel())
    mesh.update()


def bumps(points, seed):
    """Waves over space: the large forms and the pores of a sculpted surface."""
    random = numpy.random.default_rng(seed)
    height = numpy.zeros(len(points), numpy.float32)
    for scale, strength in ((1.5, 0.12), (5, 0.035), (17, 0.01), (60, 0.002)):
        for _ in range(3):
            direction = random.normal(size=3).astype("f4")
            direction *= scale / numpy.linalg.norm(direction)
            height += strength * numpy.sin(points @ direction + random.random() * 6.28)
    return height


def add(name, build, surface, location=(0, 0, 0)):
    """A new object whose mesh `build` makes out of an empty bmesh."""
    mesh, shape = bpy.data.meshes.new(name), bmesh.new()
    build(shape)
    shape.to_mesh(mesh)
    shape.free()
    mesh.materials.append(surface)
    made = bpy.data.objects.new(name, mesh)
    made.location = location
    bpy.context.scene.collection.objects.link(made)
    return made


def creature(name, detail, surface, seed, location, radius):
    made = add(name, lambda shape: bmesh.ops.create_icosphere(
        shape, subdivisions=detail, radius=radius, calc_uvs=True), surface, location)
    displace(made.data, bumps(coordinates(made.data) / radius, seed) * radius)
    return made


def build_shot(options):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    skin = material("skin", paint("skin_albedo", options.texture, 11,
                                  (.18, .05, .03), (.85, .55, .42)), 0.45)
    soil = material("soil", paint("soil_albedo", options.texture, 21,
                                  (.05, .04, .02), (.45, .38, .22)), 0.9)
    stone = material("stone", paint("stone_albedo", options.texture, 31,
                                    (.1, .1, .11), (.6, .58, .55)), 0.7)
    side = 45 * 2 ** (options.detail - 5)
    ground = add("ground", lambda shape: bmesh.ops.create_grid(
        shape, x_segments=side, y_segments=side, size=12, calc_uvs=True), soil, (0, 0, -1.3))
    displace(ground.data, bumps(coordinates(ground.data) * .3, 41) * 2)
    creature("dragon", options.detail, skin, 51, (0, 0, .2), 1.3)

    pebble = creature("pebble", 3, stone, 61, (3, 0, -1), .2)
    random = numpy.random.default_rng(71)
    for number in range(150):
        copy = bpy.data.objects.new(f"pebble.{number:03}", pebble.data)
        angle, distance = random.random() * math.tau, 2 + random.random() * 7
        copy.location = (math.cos(angle) * distance, math.sin(angle) * distance, -1)
        copy.scale = [.4 + random.random() * 1.4] * 3
        scene.collection.objects.link(copy)
    light_and_camera(scene)
    animate(bpy.data.objects["dragon"], turns=.25)


def light_and_camera(scene):
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.data.energy, sun.rotation_euler = 4, (.8, .2, .5)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.location, camera.rotation_euler = (0, -7, 1.6), (1.36, 0, 0)
    for thing in (sun, camera):
        scene.collection.objects.link(thing)
    scene.camera = camera
    scene.world = bpy.data.worlds.new("sky")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (.3, .45, .7, 1)


def animate(thing, turns):
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1001, 1100
    for frame, angle in ((1001, 0), (1100, turns * math.tau)):
        thing.rotation_euler.z = angle
        thing.keyframe_insert("rotation_euler", frame=frame)


def sculpt(options):
    """Version 2: one region of the dragon reworked, some pebbles moved, a slower turn."""
    dragon = bpy.data.objects["dragon"]
    points = coordinates(dragon.data)
    brush = numpy.linalg.norm(points - numpy.float32((.6, -1, .5)), axis=1) / .75
    displace(dragon.data, numpy.clip(1 - brush, 0, 1) * .25)
    for number in range(0, 150, 10):
        bpy.data.objects[f"pebble.{number:03}"].location.x += .35
    animate(dragon, turns=.15)


def redress(options):
    """Version 3: the soil repainted, and a new asset in the shot."""
    old = bpy.data.images["soil_albedo"]
    new = paint("soil_albedo_wet", options.texture, 81, (.03, .03, .03), (.3, .26, .2))
    for node in bpy.data.materials["soil"].node_tree.nodes:
        if getattr(node, "image", None) is old:
            node.image = new
    bpy.data.images.remove(old)
    creature("egg", options.detail - 1, bpy.data.materials["stone"], 91, (1.9, -1.6, -.6), .45)


def render(options):
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device, scene.cycles.samples = "CPU", SAMPLES
    scene.cycles.use_denoising, scene.cycles.use_adaptive_sampling = False, False
    scene.cycles.max_bounces = 3
    scene.render.use_persistent_data = True
    scene.render.resolution_x, scene.render.resolution_y = FRAME_SIZE
    scene.render.resolution_percentage = 100
    settings = scene.render.image_settings
    settings.file_format, settings.color_depth = "OPEN_EXR_MULTILAYER", "32"
    layer = scene.view_layers[0]
    for name in PASSES:
        owner = layer if hasattr(layer, "use_pass_" + name) else layer.cycles
        setattr(owner, "use_pass_" + name, True)
    folder = os.path.join(options.show, "renders", "shot_010", f"v{options.version}")
    for frame in range(1001, 1001 + options.frames):
        scene.frame_set(frame)
        for number, codec in enumerate(options.codecs):
            settings.exr_codec = codec
            place = folder if number == 0 else f"{folder}-{codec.lower()}"
            scene.render.filepath = os.path.join(place, f"shot_010.{frame}.exr")
            bpy.ops.render.render(write_still=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("version", type=int, choices=(1, 2, 3))
    parser.add_argument("show")
    parser.add_argument("--detail", type=int, default=8)
    parser.add_argument("--texture", type=int, default=2048)
    parser.add_argument("--frames", type=int, default=2)
    parser.add_argument("--codecs", nargs="+", default=["ZIP"])
    options = parser.parse_args(sys.argv[sys.argv.index("--") + 1:])
    options.show = os.path.abspath(options.show)

    path = os.path.join(options.show, "scenes", "shot_010.blend")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    bpy.context.preferences.filepaths.save_version = 0
    if options.version > 1:
        bpy.ops.wm.open_mainfile(filepath=path)
    (build_shot, sculpt, redress)[options.version - 1](options)
    bpy.ops.wm.save_as_mainfile(filepath=path, compress=False)
    render(options)


main()
