"""Headers that break the format's rules: every required attribute, every flag, every limit."""
import struct

import exrfile
import sources
from exrfile import DEEP, HALF, MULTI_PART, TILED
from variant import Variant

REQUIRED = ("channels", "compression", "dataWindow", "displayWindow", "lineOrder",
            "pixelAspectRatio", "screenWindowCenter", "screenWindowWidth")
MOST = 2 ** 31 - 1


def some(*names):
    return frozenset(names)


def variant(name, data, *main, **more):
    return Variant("header", name, bytes(data), frozenset(main), **more)


def edited(source, change):
    """The file of `source` after `change(header)`, chunks as they were."""
    file = source()
    change(file.headers[0])
    return file.build()


def scan_lines():
    return sources.made("ZIP")


def tiles():
    return exrfile.File.parse(sources.tiled(
        sources.encoded("ZIP", sources.picture(150, 90)), "-m", "-t", "64", "64"))


def attributes(title, source, names, part=0):
    """Each attribute left out, twice, of another type, and of another size."""
    for name in names:
        def changed(change):
            file = source()
            header = file.headers[part]
            change(header, header.index(header.find(name)))
            return file.build()

        def doubled(header, at):
            header.insert(at + 1, exrfile.Attribute(**vars(header[at])))

        def mistyped(header, at):
            header[at].type = "v3i" if header[at].type != "v3i" else "m44f"

        def longer(header, at):
            header[at].value += b"\0\0\0"

        kind = {"attr-type"} | ({"part-type"} if name == "type" else set())
        missing = {"attr-missing"} | ({"part-type"} if name == "type" else set())
        yield variant(f"{title}: {name} left out", changed(lambda h, at: h.pop(at)), *missing)
        yield variant(f"{title}: {name} twice", changed(doubled), "attr-duplicate")
        yield variant(f"{title}: {name} of another type", changed(mistyped), *kind)
        if name not in ("name", "type", "channels"):
            yield variant(f"{title}: {name} three bytes longer", changed(longer), "attr-size")


def starts():
    """The first eight bytes."""
    whole = bytearray(scan_lines().build())

    def version(number):
        return whole[:4] + struct.pack("<I", number) + whole[8:]

    yield variant("a PNG named .exr", b"\x89PNG\r\n\x1a\n" + bytes(whole[8:]), "not-exr")
    yield variant("a JPEG named .exr", b"\xff\xd8\xff\xe0" + bytes(whole[4:]), "not-exr")
    yield variant("text named .exr", b"Error: out of memory\n" * 40, "not-exr")
    yield variant("zeros only", bytes(20_000), "not-exr", "file-hole")
    yield variant("three bytes", bytes(whole[:3]), "header-truncated", "not-exr")
    yield variant("the magic only", bytes(whole[:4]), "header-truncated")
    yield variant("version 3", version(3), "version-unsupported")
    yield variant("version 1", version(1), "version-unsupported")
    yield variant("an unknown flag", version(2 | 0x4000), "version-flags")
    yield variant("flags of tiles and parts", version(2 | TILED | MULTI_PART),
                  "version-flags", "header-malformed")
    yield variant("flags of tiles and depth", version(2 | TILED | DEEP), "version-flags")
    yield variant("flag of tiles on scan lines", version(2 | TILED), "version-flags",
                  "attr-missing", "part-type")


def parsing():
    """Headers that cannot be parsed to their end."""
    whole = scan_lines().build()
    at = whole.index(b"dataWindow\0") + len(b"dataWindow\0box2i\0")
    for name, size, main in (("negative", -1, ("header-malformed", "attr-size")),
                             ("2^31-1", MOST, ("header-truncated", "header-malformed",
                                               "attr-size", "limit-exceeded"))):
        data = bytearray(whole)
        struct.pack_into("<i", data, at, size)
        yield variant(f"attribute size {name}", data, *main)
    yield variant("ends within the attributes", whole[:at], "header-truncated")
    yield variant("ends before the header's last byte",
                  whole[:exrfile.File.parse(whole).table_offset - 1], "header-truncated")
    long = scan_lines()
    long.headers[0].put("n" * 40, "string", b"value")
    yield variant("a name of 40 bytes without the flag", long.build(), "name-too-long")
    long = scan_lines()
    long.version |= exrfile.LONG_NAMES
    long.headers[0].put("n" * 300, "string", b"value")
    yield variant("a name of 300 bytes", long.build(), "name-too-long")


def box(*corners):
    return lambda header: header.put("dataWindow", "box2i", struct.pack("<4i", *corners))


def number(name, value):
    return lambda header: header.put(name, "float", struct.pack("<f", value))


def byte(name, value):
    return lambda header: header.put(name, name, bytes([value]))


def channels(*entries):
    return lambda header: header.put("channels", "chlist", exrfile.chlist(entries))


def values():
    """Values out of their range."""
    nan, four = float("nan"), [(name, HALF) for name in "ABGR"]
    for name, change, main in (
            ("data window inside out", box(95, 0, 0, 63), {"window-invalid"}),
            ("data window 2^30 wide", box(0, 0, 2 ** 30, 63), {"window-invalid"}),
            ("data window of all integers", box(-2 ** 31, -2 ** 31, MOST, MOST),
             {"window-invalid"}),
            ("data window's corner 2^31-1", box(0, 0, MOST, MOST), {"window-invalid"}),
            ("a terapixel window", box(0, 0, 2 ** 20 - 1, 2 ** 20 - 1),
             {"limit-exceeded", "chunk-table-truncated"}),
            ("display window inside out", lambda h: h.put(
                "displayWindow", "box2i", struct.pack("<4i", 5, 5, 0, 0)), {"window-invalid"}),
            ("line order 3", byte("lineOrder", 3), {"attr-range"}),
            ("pixel aspect NaN", number("pixelAspectRatio", nan), {"attr-range"}),
            ("pixel aspect 0", number("pixelAspectRatio", 0), {"attr-range"}),
            ("pixel aspect negative", number("pixelAspectRatio", -1), {"attr-range"}),
            ("screen window NaN wide", number("screenWindowWidth", nan), {"attr-range"}),
            ("screen window negative", number("screenWindowWidth", -1), {"attr-range"}),
            ("compression 200", byte("compression", 200), {"codec-unknown"}),
            ("channels not sorted", channels(*four[::-1]), {"channel-order"}),
            ("two channels R", channels(*four[:3], ("G", HALF)), {"channel-duplicate"}),
            ("no channels", channels(), {"attr-range", "attr-size", "attr-missing"}),
            ("sample type 3", channels(*four[:3], ("R", 3)), {"pixel-type"}),
            ("sampling 0", channels(*four[:3], ("R", HALF, 0, 1)), {"sampling-invalid"}),
            ("sampling negative", channels(*four[:3], ("R", HALF, 1, -2)), {"sampling-invalid"}),
            ("sampling 2^31-1", channels(*four[:3], ("R", HALF, MOST, MOST)),
             {"sampling-invalid"}),
            ("sampling that does not divide", channels(*four[:3], ("R", HALF, 5, 1)),
             {"sampling-invalid"}),
            ("preview of 2^31-1 squared", lambda h: h.put(
                "preview", "preview", struct.pack("<II", MOST, MOST) + bytes(64)),
             {"attr-size", "attr-range", "limit-exceeded"})):
        yield variant(name, edited(scan_lines, change), *main)
    for codec in (10, 11):
        yield variant(f"compression {codec}, which 3.4 brought", edited(
            lambda: sources.made("ZIP", sources.picture(96, 16)), byte("compression", codec)),
            "codec-unsupported")
    malformed = exrfile.chlist(four)[:-9]
    yield variant("channel list cut", edited(scan_lines, lambda h: h.put(
        "channels", "chlist", malformed)), "attr-size", "attr-range", "header-malformed")
    yield variant("falling lines promised, rising found",
                  edited(lambda: sources.made("ZIPS"), byte("lineOrder", 1)), "chunk-order")


def tile_rules():
    """What holds for tiles only."""
    def description(across, down, mode):
        return lambda h: h.put("tiles", "tiledesc", struct.pack("<IIB", across, down, mode))

    for name, change in (("0 wide", description(0, 64, 1)), ("0 high", description(64, 0, 1)),
                         ("level mode 3", description(64, 64, 3)),
                         ("rounding 2", description(64, 64, 0x21))):
        yield variant(f"tiles {name}", edited(tiles, change), "tiles-invalid")
    for name, side in (("2^31-1", MOST), ("2^32-1", 2 ** 32 - 1)):
        yield variant(f"tiles {name} squared", edited(tiles, description(side, side, 1)),
                      "tiles-invalid", "limit-exceeded")
    yield variant("sampling 2 in tiles", edited(tiles, channels(
        *[(name, HALF) for name in "ABG"], ("R", HALF, 2, 2))), "sampling-invalid")
    yield variant("flag of tiles missing", retagged(tiles(), 2), "version-flags", "part-type")


def retagged(file, version):
    file.version = version
    return file.build()


def parts():
    """What holds for several parts."""
    def multi(change):
        file = sources.multi_part()
        change(file)
        return file.build()

    yield variant("two parts of one name", multi(
        lambda f: f.headers[2].put("name", "string", b"part-0")), "part-name-duplicate")
    yield variant("a part of an unknown type", multi(
        lambda f: f.headers[1].put("type", "string", b"hologram")), "part-type",
        place={"part": 1})
    yield variant("display windows that differ", multi(lambda f: f.headers[1].put(
        "displayWindow", "box2i", struct.pack("<4i", 0, 0, 10, 10))), "parts-disagree")
    yield variant("pixel aspects that differ", multi(
        lambda f: number("pixelAspectRatio", 2)(f.headers[1])), "parts-disagree")
    yield variant("time codes that differ", multi(lambda f: [
        header.put("timeCode", "timecode", struct.pack("<II", part, 0))
        for part, header in enumerate(f.headers)]), "parts-disagree")
    for title, count in (("one too many", 49), ("2^31-1", MOST), ("negative", -7)):
        yield variant(f"chunk count {title}", multi(lambda f, count=count: f.headers[1].put(
            "chunkCount", "int", struct.pack("<i", count))),
            "chunk-count", "limit-exceeded", "attr-range", place={"part": 1})
    for title, part in (("of another part", 2), ("5", 5), ("2^31-1", MOST), ("-1", -1)):
        file = sources.multi_part()
        chunk = file.chunk(20, part=1)
        chunk.leader = struct.pack("<i", part) + chunk.leader[4:]
        yield variant(f"part number {title} in a leader", file.build(), "chunk-leader",
                      place={"part": 1, "chunk": 20})
    flat = sources.multi_part()
    flat.version |= DEEP
    yield variant("flag of depth on flat parts", flat.build(), "version-flags", "part-type")


def variants():
    yield from starts()
    yield from parsing()
    yield from attributes("scan lines", scan_lines, REQUIRED)
    yield from attributes("tiles", tiles, ("tiles",))
    yield from attributes("parts", sources.multi_part, ("name", "type", "chunkCount"), part=1)
    # maxSamplesPerPixel is not among them: early writers left it out, and no reader needs it.
    yield from attributes("deep", sources.deep, ("name", "type", "chunkCount", "version"))
    yield from values()
    yield from tile_rules()
    yield from parts()
