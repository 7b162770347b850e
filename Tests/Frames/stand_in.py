#!/usr/bin/env python3
"""A small farmio of OpenEXR, OpenImageIO and numpy, with the same command line.

The rigs prove themselves on it: what it makes of frames must pass, and with WRONG=NAME, where NAME
is one of WRONGS, it must not. It verifies pixels and sequences, and of the structure only what
OpenEXR's reader refuses.
"""
import hashlib
import json
import os
import re
import subprocess
import sys

import numpy
import OpenEXR
import OpenImageIO as oiio

import codes
import oracle
import rig
import sources

ANSWERS = sys.stdout
WRONGS = {
    "blind": "no finding is ever told",
    "numbers": "means are off by a thousandth",
    "bits": "convert and tile change one sample",
    "filter": "lower resolutions are the upper left pixels",
    "dark": "previews are a stop too dark",
    "equal": "compare finds everything equal",
}
WRONG = os.environ.get("WRONG", "")
assert not WRONG or WRONG in WRONGS
MAKETX = os.path.join(rig.OIIO, "maketx")
OIIOTOOL = os.path.join(rig.OIIO, "oiiotool")


def finding(code, **place):
    depth, severity = codes.CODES[code]
    return {"code": code, "depth": depth, "severity": severity, "text": code, **place}


def examined(path):
    """A frame's record, and what tells it from its neighbours."""
    record = {"type": "frame", "path": path, "parts": [], "findings": []}
    try:
        if not os.path.getsize(path):
            raise ValueError("file-empty")
        parts = oracle.parts_of(path)
        for number, (kind, channels) in enumerate(parts):
            told = []
            for name, pixels in channels.items():
                numbers = oracle.statistics(pixels)
                if WRONG == "numbers":
                    numbers["mean"] = (numbers["mean"] or 0) * 1.001
                told.append({"name": name, "type": str(oracle.flat(pixels).dtype), **numbers})
                for key in ("nan", "inf"):
                    if numbers[key]:
                        record["findings"].append(finding(
                            f"{key}-pixels", part=number, channel=name, count=numbers[key]))
            record["parts"].append({"name": "", "type": kind, "channels": told})
        digest = hashlib.sha256(b"".join(
            oracle.flat(pixels).tobytes() for _, channels in parts
            for pixels in channels.values())).hexdigest()
    except Exception as error:  # whatever the reader's bindings raise
        code = str(error) if str(error) in codes.CODES else "file-truncated"
        record["findings"].append(finding(code))
        digest = path
    if not record["parts"] and not record["findings"]:
        record["findings"].append(finding("header-malformed"))
    if WRONG == "blind":
        record["findings"] = []
    return record, digest


def verify(paths, options):
    records, seen, findings = [], {}, []
    for path in paths:
        record, digest = examined(path)
        records.append(record)
        if digest in seen:
            findings.append(finding("frame-duplicate"))
        seen[digest] = path
    numbers = [int(found[1]) for path in paths if (found := re.search(r"(\d+)\.exr$", path))]
    if bounds := options.get("frames"):
        low, high = map(int, bounds.split("-"))
        findings += [finding("frame-missing") for n in range(low, high + 1) if n not in numbers]
    if len(paths) > 1:
        records.append({"type": "sequence", "findings": [] if WRONG == "blind" else findings})
    for record in records:
        print(json.dumps(record), file=ANSWERS)
    said = [f for record in records for f in record["findings"]]
    return int(any(f["severity"] == "error" for f in said))


def spoilt(path):
    """One sample anew, where that is the fault."""
    if WRONG == "bits":
        with OpenEXR.File(path, separate_channels=True) as file:
            planes = {name: numpy.array(c.pixels) for name, c in file.channels().items()}
            header = {k: v for k, v in file.header().items() if k != "channels"}
        planes[sorted(planes)[-1]][0, 0] += 1
        OpenEXR.File(header, planes).write(path)


def tile(paths, options):
    source, target = paths
    mode = options.get("levels", "mip")
    if mode == "mip":
        chosen = "point" if WRONG == "filter" else options.get("filter", "box")
        subprocess.run([MAKETX, "--format", "exr", "--filter", "box" if chosen != "point" else
                        "lanczos3", "--wrap", options.get("wrap", "black"), source, "-o", target],
                       check=True, capture_output=True)
    else:
        extra = ["-r"] if mode == "rip" else []
        subprocess.run(["exrmaketiled", *extra, "-t", "64", "64", source, target], check=True,
                       capture_output=True)
    spoilt(target)
    return 0


def convert(paths, options):
    source, target = paths
    with OpenEXR.File(source, separate_channels=True) as file:
        header = {k: v for k, v in file.header().items() if k not in ("channels", "tiles")}
        planes = {name: numpy.array(c.pixels) for name, c in file.channels().items()}
    header["type"] = OpenEXR.scanlineimage
    if "codec" in options:
        codec = {name.lower(): name for name in sources.ENUMS}[options["codec"]]
        header["compression"] = sources.ENUMS[codec]
    if "channels" in options:
        planes = {name: planes[name] for name in options["channels"].split(",")}
    if "type" in options:
        kind = {"half": "<f2", "float": "<f4"}[options["type"]]
        planes = {name: pixels.astype(kind) for name, pixels in planes.items()}
    if "crop" in options:
        x0, y0, x1, y1 = map(int, options["crop"].split(","))
        planes = {name: numpy.ascontiguousarray(pixels[y0:y1 + 1, x0:x1 + 1])
                  for name, pixels in planes.items()}
        for window in ("dataWindow", "displayWindow"):
            header.pop(window, None)
    OpenEXR.File(header, planes).write(target)
    spoilt(target)
    return 0


def preview(paths, options):
    stops = float(options.get("exposure", 0)) - (WRONG == "dark")
    subprocess.run([OIIOTOOL, paths[0], "--ch", "R,G,B", "--mulc", str(2 ** stops),
                    "--resize:filter=box", f"{options.get('size', 640)}x0",
                    "--colorconvert", "linear", "sRGB", "-d", "uint8", "-o", paths[1]],
                   check=True, capture_output=True)
    return 0


def sheet(paths, options):
    columns, cell = int(options["columns"]), int(options["cell"])
    rows = -(-len(paths) // columns)
    subprocess.run([OIIOTOOL, *paths, f"--mosaic:pad=2:fit={cell}x{cell * 9 // 16}",
                    f"{columns}x{rows}", "--ch", "R,G,B", "-d", "uint8", "-o",
                    options["output"]], check=True, capture_output=True)
    return 0


def compare(paths, options):
    (_, one), (_, other) = (oracle.parts_of(path)[0] for path in paths)
    told, count = [], 0
    heat = 0
    for name, pixels in one.items():
        error = abs(pixels.astype("f8") - other[name].astype("f8"))
        if WRONG == "equal":
            error[:] = 0
        heat = heat + error
        count += int((error > 0).sum())
        told.append({"name": name, "max": error.max(), "mean": error.mean(),
                     "differing": int((error > 0).sum())})
    if "heat-map" in options:
        shown = numpy.repeat(numpy.clip(heat, 0, 1)[:, :, None], 3, 2).astype("f4")
        image = oiio.ImageBuf(oiio.ImageSpec(shown.shape[1], shown.shape[0], 3, "uint8"))
        image.set_pixels(oiio.ROI(), shown)
        image.write(options["heat-map"])
    print(json.dumps({"type": "comparison", "channels": told}), file=ANSWERS)
    return int(count > 0)


def main():
    global ANSWERS
    ANSWERS, sys.stdout = sys.stdout, sys.stderr  # OpenEXR prints its warnings
    verb, words = sys.argv[1], sys.argv[2:]
    paths, options = [], {}
    while words:
        word = words.pop(0)
        if word == "--json":
            continue
        if word.startswith("--"):
            options[word[2:]] = words.pop(0)
        else:
            paths.append(word)
    commands = {"verify": verify, "tile": tile, "convert": convert, "preview": preview,
                "sheet": sheet, "compare": compare}
    return commands[verb](paths, options)


if __name__ == "__main__":
    sys.exit(main())
