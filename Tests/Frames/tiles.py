#!/usr/bin/env python3
"""Reads the textures that `tile` makes with OpenEXR and OpenImageIO.

The full resolution stands bit for bit; lower ones are box means; a look-up through OpenImageIO's
texture system agrees with that of a texture by maketx; the attributes are those that renderers look
for.
"""
import os
import subprocess

import numpy
import OpenImageIO as oiio

import oracle
import rig
from images import box_mean, failure, planes_of, texture_sources

MAKETX = os.path.join(rig.OIIO, "maketx")
HALF_STEP = 2.0 ** -10  # the largest relative step between two halves


def levels_of(path):
    file = oiio.ImageInput.open(path)
    if not file:
        raise OSError(oiio.geterror())
    count = 0
    while file.seek_subimage(0, count):
        count += 1
    file.close()
    return count


def tile_files(suite, program, paths, folder):
    for name, path in paths.items():
        for levels in ("one", "mip", "rip"):
            target = os.path.join(folder, "tiles.exr")
            answer = program.tile(path, target, levels=levels, filter="box")
            what = f"tile {name}, {levels}"
            if not suite.expect(f"{what}: made", failure(answer, target)):
                continue
            suite.expect(f"{what}: full resolution", oracle.same_pixels(
                oracle.parts_of(path), oracle.parts_of(target)))
            again = program.verify(target)
            suite.expect(f"{what}: verifies", again.trouble or ", ".join(
                sorted(again.codes("error"))))
            _, _, spec = planes_of(target)
            suite.expect(f"{what}: tiles of 64", "" if (spec.tile_width, spec.tile_height) ==
                         (64, 64) else f"{spec.tile_width} x {spec.tile_height}")
            if levels == "mip":
                suite.expect(f"{what}: box means", wrong_levels(target))
                suite.expect(f"{what}: attributes", wrong_attributes(
                    spec, name in ("constant", "one pixel")))
            os.unlink(target)


def wrong_levels(path):
    """Each level against the mean of the one above; odd sides need not take their last line, so
    there only the whole level's mean is held against the box."""
    _, above, spec = planes_of(path)
    count = levels_of(path)
    wanted = max(spec.width, spec.height).bit_length()
    if count != wanted:
        return f"{count} levels, not {wanted}"
    for level in range(1, count):
        _, pixels, spec = planes_of(path, level)
        high, wide = above.shape[:2]
        if (spec.width, spec.height) != (max(1, wide // 2), max(1, high // 2)):
            return f"level {level} is {spec.width} x {spec.height}"
        true = box_mean(above, spec.width, spec.height)
        even = (wide == 1 or wide % 2 == 0) and (high == 1 or high % 2 == 0)
        scale = numpy.maximum(abs(true), 2.0 ** -14)
        error = abs(pixels - true) / scale
        if even and error.max() > 2 * HALF_STEP:
            return f"level {level} is off by {error.max():.2g}"
        if not even and abs(pixels.mean() - true.mean()) > 0.15 * abs(true.mean()):
            return f"level {level} has mean {pixels.mean():.4g}, not {true.mean():.4g}"
        above = pixels
    return ""


def wrong_attributes(spec, constant):
    """What renderers and maketx's users look for."""
    wanted = {"textureformat": "Plain Texture", "wrapmodes": "black,black"}
    wrong = [f"{key} is {spec.getattribute(key)!r}" for key, value in wanted.items()
             if spec.getattribute(key) != value]
    if not spec.getattribute("oiio:AverageColor"):
        wrong.append("no oiio:AverageColor")
    if bool(spec.getattribute("oiio:ConstantColor")) != constant:
        wrong.append(f"oiio:ConstantColor is {spec.getattribute('oiio:ConstantColor')!r}")
    return ", ".join(wrong)


def average_colour(suite, program, paths, folder):
    """oiio:AverageColor is the mean of the full resolution, red first."""
    target = os.path.join(folder, "average.exr")
    for name in ("power of two", "odd", "constant"):
        if failure(program.tile(paths[name], target, levels="mip"), target):
            suite.expect(f"average colour, {name}", "no file")
            continue
        names, pixels, spec = planes_of(target)
        said = [float(v) for v in (spec.getattribute("oiio:AverageColor") or "0").split(",")]
        true = pixels.astype("f8").mean(axis=(0, 1))
        close = len(said) == len(true) and numpy.allclose(said, true, rtol=2e-3)
        suite.expect(f"average colour, {name}", "" if close
                     else f"{said}, not {true.tolist()} of {names}")
        os.unlink(target)


def look_ups(suite, program, paths, folder):
    """The same places, at the same widths, in our texture and maketx's."""
    ours, theirs = (os.path.join(folder, f"{who}.exr") for who in ("ours", "maketx"))
    for name in ("power of two", "wide", "odd", "floats"):
        answer = program.tile(paths[name], ours, levels="mip", filter="box", wrap="periodic")
        if not suite.expect(f"look-up {name}: made", failure(answer, ours)):
            continue
        subprocess.run([MAKETX, "--format", "exr", "--filter", "box", "--wrap", "periodic",
                        paths[name], "-o", theirs], check=True, capture_output=True)
        system, options = oiio.TextureSystem(), oiio.TextureOpt()
        options.swrap = options.twrap = oiio.Wrap.Periodic
        random = numpy.random.default_rng(11)
        worst, where = 0.0, None
        for width in (0.001, 0.01, 0.05, 0.2):
            differ, size = [], []
            for s, t in random.random((50, 2)):
                one, other = (numpy.array(system.texture(
                    path, options, float(s), float(t), width, 0, 0, width, 4))
                    for path in (ours, theirs))
                differ.append(abs(one - other).mean())
                size.append(abs(other).mean())
            share = numpy.mean(differ) / numpy.mean(size)
            if share > worst:
                worst, where = share, width
        suite.expect(f"look-up {name}: as maketx's (off by {100 * worst:.2f} %)",
                     "" if worst < 0.02 else f"at width {where}")
        system.close_all()
        for path in (ours, theirs):
            os.unlink(path)


def part(suite, options, folder):
    paths = texture_sources(folder)
    for step in (tile_files, average_colour, look_ups):
        step(suite, options.program, paths, folder)


if __name__ == "__main__":
    rig.main(part, rig.options_of(__doc__))
