"""Frames of production size, the same for the same seed: a mosaic of the corpus's photographs.

    frame_data.py FOLDER SIZE COUNT CODEC…     (in the environment of Tests/Frames)

Writes FOLDER/CODEC.####.exr, RGBA halves; frames of a sequence pan and brighten. What is there
stays as it is.
"""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "Tests", "Frames"))

import numpy  # noqa: E402 (the path comes first)
import OpenEXR  # noqa: E402
import sources  # noqa: E402

SIZES = {"2K": (2048, 1080), "4K": (4096, 2160)}
STRIP = 720
PHOTOGRAPHS = ("ScanLines/CandleGlass.exr", "ScanLines/Cannon.exr", "ScanLines/Desk.exr",
               "ScanLines/MtTamWest.exr", "Tiles/GoldenGate.exr")


def strip_of(name):
    """A photograph's first 720 lines, mirrored downwards where it has fewer."""
    planes = sources.photograph(name)
    height, width = planes["R"].shape
    planes = {**planes, "A": planes.get("A", numpy.ones((height, width), "<f2"))}
    rows = numpy.arange(STRIP) % (2 * height)
    rows = numpy.where(rows < height, rows, 2 * height - 1 - rows)
    return {channel: planes[channel][rows] for channel in "ABGR"}


def mosaic(width, height):
    """Rows of 720 lines, photograph after photograph, mirrored in turn."""
    strips = [strip_of(name) for name in PHOTOGRAPHS]
    planes = {channel: numpy.empty((height, width), "<f2") for channel in "ABGR"}
    turn = 0
    for top in range(0, height, STRIP):
        left = 0
        while left < width:
            strip = strips[turn % len(strips)]
            for channel, plane in planes.items():
                piece = strip[channel][:height - top, :width - left]
                plane[top:top + STRIP, left:left + piece.shape[1]] = (
                    piece[:, ::-1] if turn % 2 else piece)
            left += strip["R"].shape[1]
            turn += 1
    return planes


def frame(planes, number):
    """The mosaic as the camera sees it in frame `number`."""
    if number == 0:
        return dict(planes)
    gain = numpy.float16(1 + number / 256)
    return {channel: numpy.roll(plane if channel == "A" else plane * gain, 8 * number, axis=1)
            for channel, plane in planes.items()}


def main(folder, size, count, *codecs):
    os.makedirs(folder, exist_ok=True)
    wanted = [(codec, number) for number in range(int(count)) for codec in codecs
              if not os.path.exists(f"{folder}/{codec}.{1001 + number}.exr")]
    if not wanted:
        return
    planes = mosaic(*SIZES[size])
    for codec, number in wanted:
        header = {"compression": sources.ENUMS[codec], "type": OpenEXR.scanlineimage}
        sources.written(frame(planes, number), header, f"{folder}/new.exr")
        os.rename(f"{folder}/new.exr", f"{folder}/{codec}.{1001 + number}.exr")


if __name__ == "__main__":
    main(*sys.argv[1:])
