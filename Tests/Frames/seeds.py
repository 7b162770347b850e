#!/usr/bin/env python3
"""Seeds for the fuzzers that read frames: small files of every codec, storage and kind of damage.

    seeds.py FOLDER [--most BYTES]      (in .build/frames: Tests/Frames/environment makes it)

Named by their content, so that a second run changes nothing. The first 1,000 or so bytes of a
header matter more to a fuzzer than pixels do: frames are some 16 pixels wide.
"""
import argparse
import hashlib
import os

import exrfile
import header_damage
import rig
import sources

STORAGES = ((), ("-m",), ("-r", "-u"))


def small_frames():
    """Sound frames of 24 x 18 pixels, and deep and multi-part ones."""
    planes = sources.picture(24, 18)
    for codec in exrfile.CODECS:
        whole = sources.encoded(codec, planes)
        yield whole
        for options in STORAGES if codec != "ZIPS" else ():  # exrmaketiled knows no ZIPS
            yield sources.tiled(whole, "-t", "16", "8", "-z", codec.lower(), *options)
    for codec in ("none", "RLE", "ZIPS"):
        yield sources.deep(codec, width=6, height=4).build()
        yield sources.multi_part(codec, 2).build()
    yield sources.falling().build()
    yield sources.sub_sampled().build()


def published(most):
    """What of the corpus is small, sound and damaged."""
    for name in rig.sound_images() + rig.damaged_images():
        path = os.path.join(rig.corpus(), name)
        if os.path.getsize(path) <= most:
            with open(path, "rb") as file:
                yield file.read()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--most", type=int, default=16384, metavar="BYTES",
                        help="the largest seed")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    found = [*small_frames(), *published(options.most),
             *(variant.data for variant in header_damage.variants())]
    kept = {hashlib.sha256(data).hexdigest()[:16]: data
            for data in found if 0 < len(data) <= options.most}
    for name, data in kept.items():
        with open(os.path.join(options.folder, name), "wb") as file:
            file.write(data)
    print(f"{len(kept)} seeds, {sum(map(len, kept.values()))} bytes")


if __name__ == "__main__":
    main()
