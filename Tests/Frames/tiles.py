#!/usr/bin/env python3
"""Reads what `tile`, `convert`, `preview`, `sheet` and `compare` make with OpenImageIO and numpy.

Tiles: full resolution bit for bit; lower ones are box means; a look-up through OpenImageIO's
texture system agrees with that of a texture by maketx; the attributes are those that renderers
look for. Pictures open, have the asked size, and show the frame. A comparison's numbers are numpy's.
"""
import os
import subprocess

import numpy
import OpenImageIO as oiio

import oracle
import rig
import sources
from variant import put

MAKETX = os.path.join(rig.OIIO, "maketx")
HALF_STEP = 2.0 ** -10  # the largest relative step between two halves


def texture_sources(folder):
    """{name: path}: photographs of several sizes, storages and types."""
    found = {}

    def keep(name, data):
        found[name] = os.path.join(folder, f"{name.replace(' ', '-')}.exr")
        put(found[name], data)

    keep("power of two", sources.encoded("ZIP", sources.picture(256, 256)))
    keep("wide", sources.encoded("PIZ", sources.picture(512, 128)))
    keep("odd", sources.encoded("ZIP", sources.picture(301, 203)))
    keep("prime and thin", sources.encoded("none", sources.picture(31, 257)))
    keep("one pixel", sources.encoded("ZIP", sources.picture(1, 1)))
    floats = {name: plane.astype("<f4") for name, plane in sources.picture(256, 128).items()}
    keep("floats", sources.encoded("ZIP", floats))
    keep("DWAA", sources.encoded("DWAA", sources.picture(256, 256)))
    keep("tiled", sources.tiled(sources.encoded("ZIP", sources.picture(200, 140))))
    keep("constant", sources.encoded("ZIP", {
        name: numpy.full((64, 64), value, "<f2") for name, value in
        (("R", 0.5), ("G", 0.25), ("B", 0.125), ("A", 1))}))
    return found


def planes_of(path, level=0):
    """(names, pixels as float32) of a resolution, by OpenImageIO."""
    image = oiio.ImageBuf(path, 0, level)
    if not image.read(0, level, True, "float"):
        raise OSError(image.geterror())
    return list(image.spec().channelnames), image.get_pixels("float"), image.spec()


def levels_of(path):
    file = oiio.ImageInput.open(path)
    if not file:
        raise OSError(oiio.geterror())
    count = 0
    while file.seek_subimage(0, count):
        count += 1
    file.close()
    return count


def box_mean(pixels, width, height):
    """Every target pixel the mean of what it covers, parts of pixels by their area."""
    return shrunk(shrunk(pixels.astype("f8"), width, 1), height, 0)


def shrunk(pixels, size, axis):
    length = pixels.shape[axis]
    if length == size:
        return pixels
    sums = numpy.concatenate([numpy.zeros_like(pixels.take([0], axis)),
                              pixels.cumsum(axis)], axis)
    edges = numpy.arange(size + 1) * length / size
    low = numpy.floor(edges).astype(int)
    part = (edges - low).reshape([-1 if at == axis else 1 for at in range(pixels.ndim)])
    whole = sums.take(low, axis)
    whole = whole + part * (sums.take(numpy.minimum(low + 1, length), axis) - whole)
    return numpy.diff(whole, axis=axis) * size / length


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


def failure(answer, target):
    if answer.trouble or answer.status:
        return answer.trouble or f"status {answer.status}: {answer.errors.strip()[-200:]}"
    return "" if os.path.exists(target) else "no file"


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


def srgb(linear):
    linear = numpy.clip(numpy.nan_to_num(linear), 0, 1)
    return numpy.where(linear <= 0.0031308, linear * 12.92,
                       1.055 * linear ** (1 / 2.4) - 0.055)


def previews(suite, program, paths, folder):
    for name in ("power of two", "odd", "floats", "DWAA", "tiled"):
        names, pixels, spec = planes_of(paths[name])
        rgb = pixels[:, :, [names.index(c) for c in "RGB"]]
        for form, allowed in (("png", 5), ("jpg", 10)):
            for width, exposure in ((96, 0), (64, -2)):
                target = os.path.join(folder, f"preview.{form}")
                what = f"preview {name}, {form}, {width} wide, exposure {exposure}"
                answer = program.preview(paths[name], target, size=width, exposure=exposure,
                                         view="srgb")
                if not suite.expect(f"{what}: made", failure(answer, target)):
                    continue
                _, shown, spec = planes_of(target)
                suite.expect(f"{what}: size", "" if max(spec.width, spec.height) == width
                             or spec.width == width else f"{spec.width} x {spec.height}")
                true = 255 * srgb(box_mean(rgb, spec.width, spec.height) * 2.0 ** exposure)
                error = abs(255 * shown[:, :, :3] - true).mean()
                suite.expect(f"{what}: shows the frame", "" if error < allowed
                             else f"off by {error:.1f} of 255")
                os.unlink(target)


def sheets(suite, program, paths, folder):
    frames = []
    for at in range(7):
        frames.append(os.path.join(folder, f"shot.{1001 + at}.exr"))
        put(frames[-1], sources.encoded("ZIP", sources.picture(160, 90, shift=at)))
    target = os.path.join(folder, "sheet.png")
    for columns, cell in ((4, 160), (3, 80), (7, 40)):
        answer = program.sheet(target, *frames, columns=columns, cell=cell)
        what = f"sheet of {columns} columns, cells {cell} wide"
        if not suite.expect(f"{what}: made", failure(answer, target)):
            continue
        _, shown, spec = planes_of(target)
        rows = -(-len(frames) // columns)
        fits = columns * cell <= spec.width <= columns * cell * 1.3 + 64
        fits = fits and spec.height >= rows * cell * 90 // 160
        suite.expect(f"{what}: size", "" if fits else f"{spec.width} x {spec.height}")
        suite.expect(f"{what}: shows something", "" if shown[:, :, :3].std() > 0.02
                     else "all of one colour")
        os.unlink(target)


def comparisons(suite, program, folder):
    one, other = (os.path.join(folder, f"{name}.exr") for name in ("one", "other"))
    planes = sources.picture(200, 120)
    put(one, sources.encoded("ZIP", planes))
    for codec in ("ZIP", "PIZ", "none"):
        put(other, sources.encoded(codec, planes))
        answer = program.compare(one, other)
        suite.expect(f"compare with the same in {codec}", answer.trouble or (
            answer.status and f"status {answer.status}: {answer.output[:200]}"))
    changed = {name: plane.copy() for name, plane in planes.items()}
    changed["R"][10:20, 30:50] += numpy.float16(0.5)
    changed["G"][119, 199] = 7
    put(other, sources.encoded("PIZ", changed))
    answer = program.compare(one, other)
    suite.expect("compare with changes: status 1", answer.trouble or (
        "" if answer.status == 1 else f"status {answer.status}"))
    for name in "ABGR":
        before, after = planes[name].astype("f8"), changed[name].astype("f8")
        error = abs(after - before)
        true = {"max": error.max(), "mean": error.mean(), "count": int((error > 0).sum())}
        said = program.compared(answer).get(name)
        if said is None:
            suite.expect(f"compare: {name}", "" if not true["count"] else "not in the answer")
            continue
        wrong = [f"{key} {said[key]}, not {value}" for key, value in true.items()
                 if key in said and not oracle.same(float(said[key]), float(value), 1e-5)]
        lacking = [key for key in true if key not in said]
        suite.expect(f"compare: {name} as numpy's", ", ".join(wrong) or (
            f"{', '.join(lacking)} not said" if lacking else ""))
    heat = os.path.join(folder, "heat.png")
    answer = program.compare(one, other, heat_map=heat)
    if suite.expect("compare: heat map made", answer.trouble or (
            "" if os.path.exists(heat) else "no file")):
        _, shown, spec = planes_of(heat)
        inside, outside = shown[12:18, 34:46, :3], shown[60:100, 80:160, :3]
        suite.expect("compare: heat map shows where", "" if (spec.width, spec.height) == (200, 120)
                     and abs(inside.mean() - outside.mean()) > 0.05 else "it does not")


def conversions(suite, program, folder):
    source, target = os.path.join(folder, "source.exr"), os.path.join(folder, "target.exr")
    planes = sources.picture(200, 120)
    put(source, sources.encoded("ZIP", planes))
    for codec in ("none", "rle", "zips", "zip", "piz"):
        wrong = failure(program.convert(source, target, codec=codec), target)
        suite.expect(f"convert to {codec}", wrong or oracle.same_pixels(
            oracle.parts_of(source), oracle.parts_of(target)))
    for codec in ("pxr24", "b44", "b44a", "dwaa", "dwab"):
        wrong = failure(program.convert(source, target, codec=codec), target)
        suite.expect(f"convert to {codec}", wrong or far_off(planes, target))
    wrong = failure(program.convert(source, target, type="float"), target)
    floats = [("", {name: plane.astype("<f4") for name, plane in planes.items()})]
    suite.expect("convert to float", wrong or oracle.same_pixels(
        floats, oracle.parts_of(target)))
    wrong = failure(program.convert(source, target, channels="R,B"), target)
    suite.expect("convert, two channels", wrong or oracle.same_pixels(
        [("", {name: planes[name] for name in "BR"})], oracle.parts_of(target)))
    wrong = failure(program.convert(source, target, crop="16,32,115,95"), target)
    cropped = [("", {name: plane[32:96, 16:116] for name, plane in planes.items()})]
    suite.expect("convert, cropped", wrong or oracle.same_pixels(
        cropped, oracle.parts_of(target)))


def far_off(planes, path):
    (_, stored), = oracle.parts_of(path)
    for name, plane in planes.items():
        before, after = plane.astype("f8"), stored[name].astype("f8")
        share = abs(after - before).mean() / abs(before).mean()
        if share > 0.03:
            return f"{name} is off by {100 * share:.1f} %"
    return ""


def part(suite, options, folder):
    paths = texture_sources(folder)
    for step in (tile_files, average_colour, look_ups, previews, sheets):
        step(suite, options.program, paths, folder)
    comparisons(suite, options.program, folder)
    conversions(suite, options.program, folder)


if __name__ == "__main__":
    rig.main(part, rig.options_of(__doc__))
