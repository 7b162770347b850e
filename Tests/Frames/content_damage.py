"""Payloads, deep tables, levels and pixels that are wrong in files whose structure is whole."""
import struct
import zlib

import numpy

import exrfile
import packing
import sources
from variant import Variant

NAN, INFINITY, MOST_HALF = 0x7e00, 0x7c00, 0x7bff
MOST = 2 ** 31 - 1


def variant(group, name, data, *main, **more):
    return Variant(group, name, bytes(data), frozenset(main), **more)


def repacked(codec, change, index=1):
    """A frame of our own writer whose chunk `index` has the payload `change(raw, payload)`."""
    file = sources.made(codec)
    chunk = file.chunk(index)
    lines = file.headers[0].lines()
    raw = b"".join(sources.rows_of(sources.picture(96, 64))[index * lines:(index + 1) * lines])
    file.chunks[index] = exrfile.resized(chunk, change(raw, chunk.payload))
    return file.build()


def payloads():
    """Streams that decode to something else than the chunk, or not at all."""
    place = {"chunk": 1}
    for codec, less in (("ZIP", 200), ("ZIPS", 60), ("RLE", 60)):
        yield variant("payload", f"{codec} stream made of {less} bytes less", repacked(
            codec, lambda raw, _, codec=codec, less=less: packing.squeeze(codec, raw[:-less])),
            "chunk-short", place=place)
        yield variant("payload", f"{codec} stream made of 64 bytes more", repacked(
            codec, lambda raw, _, codec=codec: packing.squeeze(codec, raw + bytes(64))),
            "chunk-corrupt", place=place)
    for codec in ("ZIP", "ZIPS"):
        yield variant("payload", f"8 bytes behind the {codec} stream", repacked(
            codec, lambda _, payload: payload + b"\1\2\3\4\5\6\7\x08"), "chunk-slack",
            place=place)
        yield variant("payload", f"{codec} stream of another checksum", repacked(
            codec, lambda _, payload: payload[:-4] + bytes(b ^ 255 for b in payload[-4:])),
            "chunk-checksum", place=place)
        yield variant("payload", f"{codec} stream of a wrong header", repacked(
            codec, lambda _, payload: b"\0\0" + payload[2:]), "chunk-corrupt", place=place)
        yield variant("payload", f"{codec} stream cut in two", repacked(
            codec, lambda _, payload: payload[:len(payload) // 2]), "chunk-corrupt",
            "chunk-short", place=place)
        yield variant("payload", f"{codec} stream raw deflate", repacked(
            codec, lambda _, payload: payload[2:-4]), "chunk-corrupt", place=place)
    yield variant("payload", "packed size larger than the pixels", repacked(
        "ZIP", lambda raw, _: raw + bytes(10)), "chunk-size", place=place)
    yield variant("payload", "RLE that ends within a run", repacked(
        "RLE", lambda _, payload: payload[:-1]), "chunk-corrupt", "chunk-short",
        place=place)
    bomb = zlib.compress(bytes(20 << 20), 9)
    yield variant("payload", "a ZIP stream of 20 MB", repacked(
        "ZIP", lambda raw, _: bomb[:len(raw) - 1]), "chunk-corrupt", place=place)


def coded():
    """Chunks of the codecs whose decoders are foreign, cut short with their sizes adjusted."""
    planes = sources.picture(200, 100)
    for codec in ("PIZ", "PXR24", "B44", "B44A", "DWAA", "DWAB"):
        file = exrfile.File.parse(sources.encoded(codec, planes))
        for name, payload in (
                ("cut in two", file.chunks[0].payload[:len(file.chunks[0].payload) // 2]),
                ("three bytes long", file.chunks[0].payload[:3])):
            file.chunks[0] = exrfile.resized(file.chunks[0], payload)
            yield variant("payload", f"{codec} stream {name}", file.build(), "chunk-corrupt",
                          "chunk-short", "decoder-crashed", place={"chunk": 0})


def deep():
    """Deep parts whose counts, sizes or order are wrong."""
    def counts(y):
        row = [(x + y) % 4 for x in range(24)]
        if y != 3:
            return row
        return struct.pack("<24i", 1, 2, 9, 4, *range(10, 30))

    place = {"part": 0, "chunk": 3}
    for codec in ("none", "ZIPS", "RLE"):
        group = f"deep {codec}"
        yield variant(group, "counts that fall", sources.deep(codec, counts).build(),
                      "deep-counts", place=place)
        yield variant(group, "a negative count", sources.deep(codec, lambda y: struct.pack(
            "<24i", -1, *range(1, 24)) if y == 3 else counts(0)).build(), "deep-counts",
            place=place)
        # Stored bytes that are not as many as their leader says are a wrong size already.
        wrong_total = ("deep-total", "chunk-size") if codec == "none" else ("deep-total",)
        yield variant(group, "a leader that names 8 bytes more", sources.deep(
            codec, claims=lambda y, size: size + 8 * (y == 3)).build(), *wrong_total,
            place=place)
        for name, claim in (("2^31-1", MOST), ("2^62", 2 ** 62)):
            yield variant(group, f"a leader that names {name} bytes", sources.deep(
                codec, claims=lambda y, size, claim=claim: claim if y == 3 else size).build(),
                "deep-total", "limit-exceeded", "chunk-size", place=place)
        yield variant(group, "most samples named too low", sources.deep(codec, most=1).build(),
                      "deep-max-samples")
        yield variant(group, "most samples 2^31-1", sources.deep(codec, most=MOST).build(),
                      "deep-max-samples", "limit-exceeded")
        yield variant(group, "depths that fall", sources.deep(
            codec, depths=lambda y, total: range(total, 0, -1)).build(), "deep-order")
    died = sources.deep("ZIPS", most=-1)
    died.chunks = died.chunks[:4]
    yield variant("deep ZIPS", "a writer that died", died.build(), "writer-died",
                  "chunk-missing", "file-truncated")
    huge = sources.deep("ZIPS", counts=lambda y: struct.pack("<24i", *range(23), MOST)
                        if y == 3 else [1] * 24, depths=lambda y, total: [1] * min(total, 24))
    yield variant("deep ZIPS", "2^31-1 samples", huge.build(), "deep-total", "limit-exceeded",
                  "deep-counts", place=place)


def levels():
    """Tiles and resolutions that are absent or in another place."""
    whole = sources.encoded("ZIP", sources.picture(150, 90))

    def pyramid(*options):
        return exrfile.File.parse(sources.tiled(whole, "-t", "64", "64", *options))

    for name, options in (("mip-map", ("-m",)), ("rip-map", ("-r",))):
        file = pyramid(*options)
        count, last = len(file.chunks), file.chunks[-1]
        data = bytearray(file.data)
        struct.pack_into("<Q", data, file.entry(count - 1), 0)
        yield variant("levels", f"{name} without its last tile", data[:last.offset],
                      "level-incomplete", "writer-died")
        whole_data, gone = bytearray(file.data), file.chunk(count // 2)
        struct.pack_into("<Q", whole_data, file.entry(gone.index), 0)
        for chunk in file.chunks:
            if chunk.offset > gone.offset:
                struct.pack_into("<Q", whole_data, file.entry(chunk.index),
                                 chunk.offset - (gone.end - gone.offset))
        yield variant("levels", f"{name} without a tile between",
                      whole_data[:gone.offset] + whole_data[gone.end:],
                      "level-incomplete", "chunk-missing")
        for field, title in enumerate(("tile x", "tile y", "level x", "level y")):
            for value in (99, MOST, -1):
                file = pyramid(*options)
                chunk = file.chunks[2]
                leader = bytearray(chunk.leader)
                struct.pack_into("<i", leader, 4 * field, value)
                chunk.leader = bytes(leader)
                yield variant("levels", f"{name}, {title} {value} in a leader", file.build(),
                              "chunk-leader", place={"chunk": 2})


def pixels():
    """Samples that no compositor wants, in frames that are whole."""
    def frame(change, codec="ZIP"):
        planes = {name: plane.copy() for name, plane in sources.picture(128, 96).items()}
        change(planes)
        return sources.encoded(codec, planes)

    def bits(name, y, x, value):
        return lambda planes: planes[name].view("<u2").__setitem__((y, x), value)

    def fill(names, value, rows=slice(None)):
        def change(planes):
            for name in names:
                planes[name][rows] = value
        return change

    for codec in ("none", "RLE", "ZIPS", "ZIP", "PIZ"):
        yield variant("pixels", f"a NaN in G, {codec}", frame(bits("G", 40, 30, NAN), codec),
                      "nan-pixels", place={"channel": "G", "pixel": [30, 40], "count": 1})
        yield variant("pixels", f"an infinity in B, {codec}",
                      frame(bits("B", 95, 127, INFINITY | 0x8000), codec), "inf-pixels",
                      place={"channel": "B", "pixel": [127, 95], "count": 1})
    yield variant("pixels", "negative samples", frame(fill("R", -0.25, slice(10, 12))),
                  "negative-pixels", place={"channel": "R", "count": 256})
    yield variant("pixels", "samples of 65504", frame(bits("R", 4, 4, MOST_HALF)),
                  "half-clipped", place={"channel": "R", "count": 1})
    yield variant("pixels", "denormal samples", frame(fill("R", 2e-6, slice(0, 8))),
                  "denormal-pixels", place={"channel": "R"})
    yield variant("pixels", "one sample of 20,000", frame(bits("R", 40, 40, 0x74e2)), "fireflies")
    yield variant("pixels", "a black frame", frame(fill("BGR", 0)), "black-frame")
    yield variant("pixels", "one green everywhere", frame(fill("G", 0.5)), "constant-channel",
                  place={"channel": "G"})
    yield variant("pixels", "alpha 0 everywhere", frame(fill("A", 0)), "alpha-empty")
    yield variant("pixels", "alpha of 1.5", frame(fill("A", 1.5, slice(0, 9))), "alpha-range")
    yield variant("pixels", "colour where alpha is 0", frame(fill("A", 0, slice(0, 30))),
                  "premultiply-doubt")
    many = frame(lambda planes: planes["R"].view("<u2").__setitem__(
        (slice(8, 24), slice(16, 48)), NAN))
    yield variant("pixels", "a bucket of NaN", many, "nan-pixels",
                  place={"channel": "R", "count": 512, "pixel": [16, 8],
                         "window": [16, 8, 47, 23]})
    yield from floats()


def floats():
    """The same for 32-bit channels."""
    for name, value, code, place in (
            ("NaN", numpy.nan, "nan-pixels", (17, 5)),
            ("infinity", -numpy.inf, "inf-pixels", (17, 5)),
            ("denormals", 1e-40, "denormal-pixels", slice(0, 8))):
        planes = {key: plane.astype("<f4") for key, plane in sources.picture(128, 96).items()}
        planes["R"][place] = value
        told = {"channel": "R"} if place == slice(0, 8) else {
            "channel": "R", "pixel": [5, 17], "count": 1}
        yield variant("pixels", f"floats, {name}", sources.encoded("ZIP", planes), code,
                      place=told)


def variants():
    for part in (payloads, coded, deep, levels, pixels):
        yield from part()
