#!/usr/bin/env python3
"""Reads what `convert`, `preview`, `sheet` and `compare` make with OpenImageIO and numpy.

Pictures open, have the asked size, and show the frame. A comparison's numbers are numpy's. What is
converted keeps every bit, or is as near as its codec allows.
"""
import os

import numpy

import oracle
import rig
import sources
from images import box_mean, cell_mean, failure, planes_of, texture_sources
from variant import put


def srgb(linear):
    linear = numpy.clip(numpy.nan_to_num(linear), 0, 1)
    return numpy.where(linear <= 0.0031308, linear * 12.92,
                       1.055 * linear ** (1 / 2.4) - 0.055)


def previews(suite, program, paths, folder):
    for name in ("power of two", "odd", "floats", "DWAA", "tiled"):
        names, pixels, spec = planes_of(paths[name])
        rgb = pixels[:, :, [names.index(c) for c in "RGB"]]
        for form, allowed in (("png", 1), ("jpg", 6)):
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
                error = min(
                    abs(shown[:, :, :3] - srgb(mean(rgb, spec.width, spec.height)
                                               * 2.0 ** exposure)).mean()
                    for mean in (box_mean, cell_mean)) * 255
                suite.expect(f"{what}: shows the frame", "" if error < allowed
                             else f"off by {error:.1f} of 255")
                os.unlink(target)


def sheets(suite, program, folder):
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
        true = {"max": error.max(), "mean": error.mean(),
                "differing": int((error > 0).sum())}
        said = program.compared(answer).get(name)
        if said is None:
            suite.expect(f"compare: {name}", "" if not true["differing"] else "not in the answer")
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
    previews(suite, options.program, paths, folder)
    for step in (sheets, comparisons, conversions):
        step(suite, options.program, folder)


if __name__ == "__main__":
    rig.main(part, rig.options_of(__doc__))
