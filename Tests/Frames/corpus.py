#!/usr/bin/env python3
"""Holds the verifier against the published images.

A sound image gives no error but for its true non-finite samples; every channel's numbers are those
that numpy makes of what OpenEXR's reader yields, and OpenImageIO's; stored uncompressed by
`convert`, an image keeps every bit. A damaged image takes at most 5 s and 512 MB, and no crash.
"""
import os

import numpy
import OpenImageIO

import codes
import oracle
import rig

MOST_BYTES = 512 << 20


def damaged(suite, program):
    """The files that once crashed or confused readers; how many are said to be bad."""
    bad = 0
    slowest, largest = 0.0, 0
    for name in rig.damaged_images():
        answer = program.verify(os.path.join(rig.corpus(), name))
        wrong = answer.trouble
        if not wrong and answer.peak > MOST_BYTES:
            wrong = f"took {answer.peak >> 20} MB"
        if not wrong and not answer.frames:
            wrong = "no frame in the answer"
        if not wrong:
            wrong = next(filter(None, map(codes.broken_promise, answer.findings)), "")
            bad += answer.status != 0
        slowest = max(slowest, answer.cpu)
        largest = max(largest, answer.peak)
        suite.expect(name, wrong)
    print(f"{bad} of {len(rig.damaged_images())} said to be bad; the slowest took {slowest:.2f} s "
          f"of CPU, the largest {largest >> 20} MB")


def true_codes(parts):
    """The errors that a sound image earns by its pixels."""
    true = set()
    for _, channels in parts:
        for pixels in channels.values():
            samples = oracle.flat(pixels)
            if samples.dtype != numpy.uint32:
                true |= {"nan-pixels"} if numpy.isnan(samples).any() else set()
                true |= {"inf-pixels"} if numpy.isinf(samples).any() else set()
    return true


def sound(suite, name, answer, parts):
    wrong, true = answer.trouble, true_codes(parts)
    if not wrong and answer.codes("error") != true:
        wrong = f"errors {sorted(answer.codes('error'))}, not {sorted(true)}"
    if not wrong and answer.status != int(bool(true)):
        wrong = f"status {answer.status}"
    if not wrong and answer.peak > MOST_BYTES:
        wrong = f"took {answer.peak >> 20} MB"
    return suite.expect(f"{name}: findings", wrong) and answer.frames


def numbers(suite, name, answer, parts):
    """Every channel's statistics."""
    told = answer.frames[0]["parts"]
    if not suite.expect(f"{name}: parts", "" if len(told) == len(parts)
                        else f"{len(told)}, not {len(parts)}"):
        return
    wrong = []
    for number, (said, (kind, channels)) in enumerate(zip(told, parts)):
        by_name = {channel["name"]: channel for channel in said["channels"]}
        if kind.startswith("deep") and not any("mean" in told for told in by_name.values()):
            continue  # samples of deep parts are counted, not measured
        if sorted(by_name) != sorted(channels):
            wrong.append(f"part {number}: channels {sorted(by_name)}, not {sorted(channels)}")
            continue
        for channel, pixels in channels.items():
            if differ := oracle.differences(by_name[channel], oracle.statistics(pixels)):
                wrong.append(f"part {number}, {channel}: {differ}")
    suite.expect(f"{name}: numbers as numpy's", "; ".join(wrong[:3]))


def other_numbers(suite, name, answer, parts):
    """Minimum, maximum and mean as OpenImageIO has them, where it reads the image at all."""
    path = os.path.join(rig.corpus(), name)
    wrong = []
    for number, part in enumerate(answer.frames[0]["parts"]):
        image = OpenImageIO.ImageBuf(path, number, 0)
        if not image.read(number, 0, True, "float") or image.deep:
            image.geterror()
            return
        stats = OpenImageIO.ImageBufAlgo.computePixelStats(image)
        by_name = {channel["name"]: channel for channel in part["channels"]}
        for at, channel in enumerate(image.spec().channelnames):
            said = by_name.get(channel)
            if said is None or said["type"].lower() == "uint":
                continue
            for key, true in (("min", stats.min[at]), ("max", stats.max[at]),
                              ("nan", stats.nancount[at]), ("inf", stats.infcount[at])):
                if not oracle.same(said[key], true, 1e-6):
                    wrong.append(f"part {number}, {channel}: {key} {said[key]}, not {true}")
            magnitude = oracle.statistics(parts[number][1][channel])["magnitude"]
            if not oracle.same_mean(said["mean"], stats.avg[at], magnitude, 1e-4):
                wrong.append(f"part {number}, {channel}: mean {said['mean']}, "
                             f"not {stats.avg[at]}")
    suite.expect(f"{name}: numbers as OpenImageIO's", "; ".join(wrong[:3]))


def bits(suite, program, name, parts, folder):
    """Stored without compression, and packed again, every bit of each part stays. What has no
    single image, a deep part, is refused without a file."""
    path, target = os.path.join(rig.corpus(), name), os.path.join(folder, "converted.exr")
    for number, part_ in enumerate(parts):
        for codec in ("none", "zip"):
            answer = program.convert(path, target, codec=codec, part=number)
            what = f"{name}: part {number} as {codec}"
            if part_[0].startswith("deep"):
                refused = answer.status in (2, 3) and not os.path.exists(target)
                suite.expect(f"{what}: refused", "" if refused else f"status {answer.status}")
                continue
            wrong = answer.trouble or (answer.status and f"status {answer.status}: {answer.errors}")
            if not wrong:
                wrong = oracle.same_pixels([part_], oracle.parts_of(target))
            if not wrong:
                again = program.verify(target)
                wrong = again.trouble or ", ".join(sorted(
                    f["code"] for f in again.findings if f["depth"] in ("structure", "decode")))
            suite.expect(f"{what}: same bits", wrong)
            if os.path.exists(target):
                os.unlink(target)
    if len(parts) > 1:
        silent_loss(suite, program, name, len(parts), target)


def silent_loss(suite, program, name, count, target):
    """Who names no part gets all of them, or is told that he does not."""
    answer = program.convert(os.path.join(rig.corpus(), name), target, codec="none")
    kept = len(oracle.parts_of(target)) if os.path.exists(target) else 0
    told = answer.status != 0 or "part" in answer.output + answer.errors
    suite.expect(f"{name}: no part is lost in silence", "" if kept == count or told
                 else f"{kept} of {count} parts are there, and nothing is said")
    if os.path.exists(target):
        os.unlink(target)


def part(suite, options, folder):
    if not options.only:
        damaged(suite, options.program)
    for name in rig.sound_images():
        if options.only not in name:
            continue
        parts = oracle.parts_of(os.path.join(rig.corpus(), name))
        answer = options.program.verify(os.path.join(rig.corpus(), name))
        if sound(suite, name, answer, parts):
            numbers(suite, name, answer, parts)
            other_numbers(suite, name, answer, parts)
        bits(suite, options.program, name, parts, folder)
    canary(suite)


def canary(suite):
    """The comparison must see one bit, and one number."""
    name = rig.sound_images()[0]
    parts = oracle.parts_of(os.path.join(rig.corpus(), name))
    changed = [(kind, {n: p.copy() for n, p in channels.items()}) for kind, channels in parts]
    pixels = next(iter(changed[0][1].values()))
    true = oracle.statistics(pixels)
    pixels.view("u2")[0, 0] ^= 1
    suite.expect("canary: one bit is seen",
                 "" if oracle.same_pixels(parts, changed) else "it was not")
    for key in ("min", "max", "mean", "zero", "samples"):
        said = {**true, key: (true[key] or 0) + 1}
        suite.expect(f"canary: a wrong {key} is seen",
                     "" if oracle.differences(said, true) else "it was not")


if __name__ == "__main__":
    rig.main(part, rig.options_of(__doc__, lambda parser: parser.add_argument(
        "--only", metavar="TEXT", default="", help="sound images of this name")))
