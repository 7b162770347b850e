"""Sound frames to start from: photographic content of the corpus, in every codec and storage."""
import functools
import os
import subprocess
import tempfile

import numpy
import OpenEXR

import exrfile
import rig

SIDE = 512
ENUMS = dict(zip(exrfile.CODECS, (
    OpenEXR.NO_COMPRESSION, OpenEXR.RLE_COMPRESSION, OpenEXR.ZIPS_COMPRESSION,
    OpenEXR.ZIP_COMPRESSION, OpenEXR.PIZ_COMPRESSION, OpenEXR.PXR24_COMPRESSION,
    OpenEXR.B44_COMPRESSION, OpenEXR.B44A_COMPRESSION, OpenEXR.DWAA_COMPRESSION,
    OpenEXR.DWAB_COMPRESSION)))


@functools.cache
def photograph(name="ScanLines/Desk.exr"):
    """{channel: pixels} of an image of the corpus."""
    with OpenEXR.File(os.path.join(rig.corpus(), name), separate_channels=True) as file:
        return {channel: numpy.array(data.pixels) for channel, data in file.channels().items()}


def picture(width=SIDE, height=SIDE, shift=0):
    """A crop of a photograph, some rows further down and a little brighter for each `shift`: so a
    sequence of them moves. Alpha falls off to the right, so that no channel is constant."""
    planes = photograph()
    gain = numpy.float16(1 + shift / 64)
    rows = slice(8 + 3 * shift, 8 + 3 * shift + height)
    colours = {name: (planes[name][rows, :width] * gain).astype("<f2") for name in "BGR"}
    ramp = numpy.linspace(1, 0.5, width, dtype="<f2")
    return {"A": numpy.broadcast_to(ramp, (height, width)).copy(), **colours}


def written(planes, header, path=None):
    """The bytes of a file as OpenEXR writes it."""
    with tempfile.TemporaryDirectory(prefix="farmio-frames-") as folder:
        target = path or os.path.join(folder, "frame.exr")
        OpenEXR.File(header, dict(planes)).write(target)  # it changes what it is given
        with open(target, "rb") as file:
            return file.read()


def encoded(codec, planes=None, **header):
    """A scan-line frame that OpenEXR encoded."""
    return written(planes or picture(), {
        "compression": ENUMS[codec], "type": OpenEXR.scanlineimage, **header})


def rows_of(planes, window=None, subsampled=()):
    """The bytes of each line, channel by channel, in order of the names."""
    names = sorted(planes)
    height = len(planes[names[-1]])
    lines = []
    for y in range(height):
        parts = [planes[n] for n in names]
        lines.append(b"".join(
            numpy.ascontiguousarray(plane[y // 2 if name in subsampled else y]).tobytes()
            for name, plane in zip(names, parts) if name not in subsampled or y % 2 == 0))
    return lines


def made(codec="none", planes=None, **header):
    """A scan-line frame of our own writer, as an editable exrfile.File."""
    planes = planes or picture(96, 64)
    height, width = planes["R"].shape
    kinds = {"float16": exrfile.HALF, "float32": exrfile.FLOAT, "uint32": exrfile.UINT}
    channels = [(name, kinds[str(planes[name].dtype)]) for name in sorted(planes)]
    head = exrfile.plain_header(width, height, channels, codec, **header)
    return exrfile.File(2, [head], exrfile.scan_lines(head, rows_of(planes)))


def tiled(data, *options):
    """What exrmaketiled makes of a file: -m mip-maps, -r rip-maps."""
    with tempfile.TemporaryDirectory(prefix="farmio-frames-") as folder:
        source, target = f"{folder}/source.exr", f"{folder}/target.exr"
        with open(source, "wb") as file:
            file.write(data)
        subprocess.run(["exrmaketiled", *options, source, target], check=True,
                       capture_output=True)
        with open(target, "rb") as file:
            return file.read()


def multi_part(codec="ZIPS", count=3):
    """Parts of scan lines, `count` of them, with the attributes that they need."""
    file = exrfile.File(2 | exrfile.MULTI_PART, [], [])
    for part in range(count):
        planes = picture(80, 48, shift=part)
        single = made(codec, planes)
        header = single.headers[0]
        header.put("name", "string", b"part-%d" % part)
        header.put("type", "string", b"scanlineimage")
        header.put("chunkCount", "int", header.count().to_bytes(4, "little"))
        file.headers.append(header)
        file.chunks += exrfile.scan_lines(header, rows_of(planes), part, multi=True)
    return file


def deep(codec="ZIPS", counts=None, depths=None, claims=None, most=None, width=24, height=8):
    """A deep scan-line part with channels A and Z; `counts(y)` and `depths(y, samples)` give
    what each row holds, `claims(y, true size)` the unpacked size that its leader names."""
    header = exrfile.plain_header(width, height, [("A", exrfile.HALF), ("Z", exrfile.FLOAT)],
                                  codec)
    counts = counts or (lambda y: [(x + y) % 4 for x in range(width)])
    chunks, largest = [], 0
    for y in range(height):
        row = counts(y)
        if isinstance(row, bytes):
            total = min(len(row), int(numpy.frombuffer(row, "<i4")[-1]))
        else:
            total, largest = sum(row), max(largest, *row)
        z = depths(y, total) if depths else sorted_depths(row, total)
        samples = (numpy.linspace(0.1, 0.9, total, dtype="<f2").tobytes()
                   + numpy.asarray(z, "<f4").tobytes())
        claim = claims(y, len(samples)) if claims else None
        leader, payload = exrfile.deep_row(codec, y, row, samples, claims=claim)
        chunks.append(exrfile.Chunk(0, y, leader, payload))
    header.put("name", "string", b"deep").put("type", "string", b"deepscanline")
    header.put("version", "int", (1).to_bytes(4, "little"))
    header.put("chunkCount", "int", height.to_bytes(4, "little"))
    header.put("maxSamplesPerPixel", "int",
               (largest if most is None else most).to_bytes(4, "little", signed=True))
    return exrfile.File(2 | exrfile.DEEP, [header], chunks)


def sorted_depths(counts, total):
    """Rising depths within every pixel."""
    if isinstance(counts, bytes):
        return numpy.arange(1, total + 1)
    return [1 + sample for count in counts for sample in range(count)]


def sub_sampled():
    """Luminance at every pixel, chroma at every second: window from odd to even places of both
    signs, as sampling allows it."""
    planes = picture(96, 64)
    chroma = {"BY": planes["B"][::2, ::2], "RY": planes["R"][::2, ::2], "Y": planes["G"]}
    header = exrfile.plain_header(
        96, 64, [("BY", exrfile.HALF, 2, 2), ("RY", exrfile.HALF, 2, 2), ("Y", exrfile.HALF)],
        "ZIP", origin=(-16, -32))
    rows = rows_of(chroma, subsampled=("BY", "RY"))
    return exrfile.File(2, [header], exrfile.scan_lines(header, rows))


def sound():
    """{name: bytes} of frames that nobody may call bad."""
    files = {f"scan lines {codec}": encoded(codec) for codec in exrfile.CODECS}
    floats = {name: plane.astype("<f4") for name, plane in picture(200, 100).items()}
    for codec in ("none", "ZIP", "PIZ", "PXR24", "B44", "DWAA"):
        files[f"floats {codec}"] = encoded(codec, {k: v.copy() for k, v in floats.items()})
    files["integers ZIP"] = encoded("ZIP", {
        **picture(64, 64), "id": numpy.arange(4096, dtype="<u4").reshape(64, 64)})
    for codec in ("none", "RLE", "ZIPS", "ZIP"):
        files[f"own writer {codec}"] = made(codec).build()
    small = encoded("ZIP", picture(150, 90))
    for name, options in (("tiled", ()), ("mip-map", ("-m",)), ("rip-map", ("-r",)),
                          ("mip-map, rounded up", ("-m", "-u")),
                          ("rip-map PIZ, rounded up", ("-r", "-u", "-z", "piz")),
                          ("mip-map DWAB", ("-m", "-z", "dwab")),
                          ("small tiles B44A", ("-t", "16", "32", "-z", "b44a"))):
        files[name] = tiled(small, *options)
    files["sub-sampled, negative window"] = sub_sampled().build()
    files["falling lines"] = falling().build()
    files["random lines"] = shuffled().build()
    files["one pixel"] = made("ZIP", picture(1, 1)).build()
    files["one line"] = made("ZIP", picture(37, 1)).build()
    files["one column"] = made("ZIPS", picture(1, 50)).build()
    files["window far off"] = made("none", origin=(-100000, 70000)).build()
    for codec in ("none", "RLE", "ZIPS"):
        files[f"deep {codec}"] = deep(codec).build()
        files[f"multi-part {codec}"] = multi_part(codec).build()
    files["deep without samples"] = deep(counts=lambda y: [0] * 24).build()
    long = made()
    long.headers[0].put("a" * 200, "string", b"long name")
    long.version |= exrfile.LONG_NAMES
    files["long names"] = long.build()
    return files


def falling():
    """lineOrder 1: the last lines first, the table by rising y all the same."""
    file = made("ZIPS", order=1)
    file.chunks.reverse()
    return file


def shuffled():
    """lineOrder 2 is for tiles; any physical order of them goes."""
    file = exrfile.File.parse(tiled(encoded("ZIP", picture(150, 90)), "-t", "32", "32"))
    file.headers[0].put("lineOrder", "lineOrder", bytes([2]))
    file.chunks = file.chunks[1::2] + file.chunks[::2]
    return file
