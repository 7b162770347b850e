"""Damage that one file alone does not show: sequences, manifests, holes, files that still grow."""
import dataclasses
import os
import random
import subprocess
import threading

import exrfile
import sources
from variant import Variant, put

LONG = 16 << 20  # zeros that make a file slow enough to read


@dataclasses.dataclass
class Scene(Variant):
    """A variant that lays out its own files: `act(folder, program)` gives the answer."""
    act: object = None

    def answer(self, program, folder):
        os.makedirs(folder, exist_ok=True)
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        return self.act(folder, program)


def scene(group, name, act, *main, **more):
    return Scene(group, name, None, frozenset(main), act=act, **more)


def frames(codec="ZIP", count=6):
    return [sources.encoded(codec, sources.picture(256, 192, shift=step))
            for step in range(count)]


def laid_out(folder, datas, first=1001, skip=()):
    """The paths of beauty.1001.exr and so on."""
    paths = []
    for at, data in enumerate(datas):
        if first + at in skip:
            continue
        paths.append(f"{folder}/beauty.{first + at}.exr")
        put(paths[-1], data)
    return paths


def sequence(change, frame_range=None):
    """Verifies six frames after `change(datas)`."""
    def act(folder, program):
        datas = frames()
        kept = change(datas)
        return program.verify(*laid_out(folder, datas, skip=kept or ()),
                              frame_range=frame_range, seconds=15)
    return act


def spoiled(datas, at, change):
    """Frame `at` anew, with `change(planes)` done to its pixels."""
    planes = {n: p.copy() for n, p in sources.picture(256, 192, shift=at).items()}
    change(planes)
    datas[at] = sources.encoded("ZIP", planes)


def zero(window):
    x0, y0, x1, y1 = window

    def change(planes):
        for plane in planes.values():
            plane[y0:y1, x0:x1] = 0
    return change


def sequences():
    def same(datas):
        datas[4] = datas[3]

    def same_pixels(datas):
        datas[4] = sources.encoded("PIZ", sources.picture(256, 192, shift=3))

    def smaller(datas):
        datas[2] = sources.encoded("ZIP", sources.picture(128, 192, shift=2))

    def other_channels(datas):
        planes = sources.picture(256, 192, shift=2)
        datas[2] = sources.encoded("ZIP", {name: planes[name] for name in "RGB"})

    def other_codec(datas):
        datas[2] = sources.encoded("ZIPS", sources.picture(256, 192, shift=2))

    yield scene("sequence", "a frame between is missing", sequence(lambda _: {1003}),
                "frame-missing")
    yield scene("sequence", "the last frame of the range is missing",
                sequence(lambda _: {1006}, "1001-1006"), "frame-missing")
    yield scene("sequence", "a frame beyond the range", sequence(lambda _: None, "1001-1005"),
                "frame-extra")
    yield scene("sequence", "a frame copied over the next", sequence(same), "frame-duplicate")
    yield scene("sequence", "equal pixels in another codec", sequence(same_pixels),
                "frame-duplicate", also=frozenset(["sequence-change"]))
    yield scene("sequence", "another resolution", sequence(smaller), "sequence-change")
    yield scene("sequence", "a channel gone", sequence(other_channels), "sequence-change")
    yield scene("sequence", "another codec", sequence(other_codec), "sequence-change")
    for window in ((64, 64, 128, 128), (128, 0, 192, 64), (0, 128, 64, 192)):
        yield scene("sequence", f"an empty bucket at {window[:2]}", sequence(
            lambda datas, window=window: spoiled(datas, 3, zero(window))), "missing-bucket")
    yield scene("sequence", "32 empty lines", sequence(
        lambda datas: spoiled(datas, 3, zero((0, 96, 256, 128)))), "zero-band")
    yield scene("sequence", "a black frame", sequence(
        lambda datas: spoiled(datas, 3, zero((0, 0, 256, 192)))), "black-frame",
        also=frozenset(["frame-outlier"]))
    yield scene("sequence", "a frame eight times as bright", sequence(
        lambda datas: spoiled(datas, 3, brighter)), "frame-outlier")


def brighter(planes):
    for name in "RGB":
        planes[name] *= 8


def manifests():
    def check(change):
        def act(folder, program):
            paths = laid_out(folder, frames(count=3))
            manifest = f"{folder}/frames.manifest"
            wrote = program.write_manifest(manifest, *paths)
            if wrote.trouble or not os.path.exists(manifest):
                return wrote
            change(paths)
            return program.verify(folder, manifest=manifest, seconds=15)
        return act

    def other_pixels(paths):
        put(paths[1], sources.encoded("ZIP", sources.picture(256, 192, shift=40)))

    def one_more(paths):
        put(f"{os.path.dirname(paths[0])}/beauty.1004.exr", frames()[5])

    def attribute(paths):
        with open(paths[1], "rb") as file:
            parsed = exrfile.File.parse(file.read())
        parsed.headers[0].put("screenWindowWidth", "float", b"\0\0\0\x40")
        put(paths[1], parsed.build())

    yield scene("manifest", "other pixels", check(other_pixels), "digest-mismatch")
    yield scene("manifest", "a header changed", check(attribute), "digest-mismatch")
    yield scene("manifest", "a frame that it does not know", check(one_more), "digest-missing")
    yield scene("manifest", "a frame that is gone", check(lambda paths: os.unlink(paths[2])),
                "digest-missing", "frame-missing")


def files():
    """What only the file system knows."""
    def punched(codec):
        def act(folder, program):
            path = f"{folder}/frame.exr"
            put(path, sources.encoded(codec))
            half = os.path.getsize(path) // 2 // 4096 * 4096
            os.sync()
            subprocess.run(["fallocate", "-p", "-o", str(half), "-l", "65536", path], check=True)
            return program.verify(path)
        return act

    def longer(folder, program):
        """Truncated to its full size, as a copy that was prepared and not finished."""
        path, data = f"{folder}/frame.exr", sources.encoded("ZIP")
        put(path, data[:len(data) // 2])
        os.truncate(path, len(data))
        return program.verify(path)

    def tail(filling):
        """Much behind the last chunk: it must not cost much."""
        def act(folder, program):
            path = f"{folder}/frame.exr"
            put(path, sources.encoded("ZIP") + filling())
            return program.verify(path)
        return act

    yield scene("files", "128 MiB of zeros behind", tail(lambda: bytes(128 << 20)),
                "trailing-bytes")
    yield scene("files", "64 MiB of noise behind",
                tail(lambda: random.Random(5).randbytes(64 << 20)), "trailing-bytes")
    for codec in ("none", "ZIP", "B44"):
        yield scene("files", f"a hole of 64 KiB, {codec}", punched(codec), "file-hole")
    yield scene("files", "a copy of which half arrived", longer, "file-hole")
    yield scene("files", "a frame that still grows", growing, "file-growing")


def growing(folder, program):
    """A frame of which the writer has put down the header, an empty table and half the lines."""
    path, data = f"{folder}/frame.exr", bytearray(sources.encoded("none"))
    parsed = exrfile.File.parse(bytes(data))
    start = parsed.table_offset
    data[start:start + parsed.table_bytes] = bytes(parsed.table_bytes)
    put(path, data[:len(data) // 2] + bytes(LONG))
    return while_it_grows(path, lambda: program.verify(path))


def while_it_grows(path, look):
    """The answer of `look()` while a writer adds to the file, byte after byte. A look may be over
    before the writer has its turn: the file is long, and the first of five that tells counts."""
    over = threading.Event()

    def write():
        with open(path, "ab", buffering=0) as file:
            while not over.is_set():
                file.write(b"\0")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            answer = look()
            if "file-growing" in answer.codes():
                break
        return answer
    finally:
        over.set()
        writer.join()


def variants():
    yield from sequences()
    yield from manifests()
    yield from files()
