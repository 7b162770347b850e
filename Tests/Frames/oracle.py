"""Pixels as OpenEXR's own reader sees them, and numbers that numpy makes of them."""
import math

import numpy
import OpenEXR

TOLERANCE = 1e-6  # of the mean magnitude: sums are made in another order


def parts_of(path):
    """[(type of storage, {channel: pixels})]; deep channels hold an array a pixel."""
    with OpenEXR.File(path, separate_channels=True) as file:
        return [(str(part.header.get("type", "")).rsplit(".", 1)[-1],
                 {name: numpy.array(channel.pixels) for name, channel in part.channels.items()})
                for part in file.parts]


def flat(pixels):
    """The samples in reading order, whatever their storage."""
    if pixels.dtype != object:
        return pixels.ravel()
    held = [numpy.asarray(samples) for samples in pixels.ravel() if samples is not None]
    return numpy.concatenate(held) if held else numpy.zeros(0, "<f4")


def statistics(pixels):
    """What a verifier says of a channel."""
    samples = flat(pixels)
    if samples.dtype == numpy.uint32:
        finite, nan, infinite = samples, 0, 0
    else:
        whole = numpy.isfinite(samples)
        finite = samples[whole]
        nan, infinite = int(numpy.isnan(samples).sum()), int(numpy.isinf(samples).sum())
    wide = finite.astype("f8")
    return {"samples": len(samples), "nan": nan, "inf": infinite,
            "negative": int((wide < 0).sum()), "zero": int((wide == 0).sum()),
            "min": float(wide.min()) if len(wide) else None,
            "max": float(wide.max()) if len(wide) else None,
            "mean": float(wide.mean()) if len(wide) else None,
            "magnitude": float(abs(wide).mean()) if len(wide) else 0.0}


def differences(said, true):
    """Where a verifier's numbers of a channel differ from numpy's."""
    wrong = []
    for key in ("samples", "nan", "inf", "negative", "zero", "min", "max"):
        if key in said and not same(said[key], true[key], 0):
            wrong.append(f"{key} {said[key]}, not {true[key]}")
    if not same_mean(said.get("mean"), true["mean"], true["magnitude"]):
        wrong.append(f"mean {said.get('mean')}, not {true['mean']}")
    return ", ".join(wrong)


def same_mean(one, other, magnitude, tolerance=TOLERANCE):
    """Whether two means differ by no more than a sum of such numbers may."""
    if one is None or other is None:
        return one is other or (one or other or 0) == 0
    return abs(one - other) <= tolerance * magnitude + 1e-12


def same(one, other, tolerance):
    if one is None or other is None:
        return one is other or (one, other) in ((0, None), (None, 0))
    return one == other or math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance * 1e-3)


def same_pixels(one, other):
    """What differs, bit for bit, between the parts of two files; empty if nothing."""
    if len(one) != len(other):
        return f"{len(one)} parts, then {len(other)}"
    for number, ((_, before), (_, after)) in enumerate(zip(one, other)):
        if sorted(before) != sorted(after):
            return f"part {number}: channels {sorted(before)}, then {sorted(after)}"
        for name, pixels in before.items():
            left, right = flat(pixels), flat(after[name])
            if left.dtype != right.dtype or left.tobytes() != right.tobytes():
                return f"part {number}, channel {name}: other pixels"
    return ""
