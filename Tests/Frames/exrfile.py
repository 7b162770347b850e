"""Reads, takes apart and puts together EXR files, byte for byte, with nothing but Python.

It knows the layout that OpenEXR's documents describe: attributes, offset tables, chunk leaders.
Payloads stay as they are. It trusts its input: it is the tool that breaks files, not one that is
safe from them.
"""
import dataclasses
import struct

from packing import pack

MAGIC = 20000630
TILED, LONG_NAMES, DEEP, MULTI_PART = 0x200, 0x400, 0x800, 0x1000
CODECS = ["none", "RLE", "ZIPS", "ZIP", "PIZ", "PXR24", "B44", "B44A", "DWAA", "DWAB"]
LINES = dict(zip(CODECS, (1, 1, 1, 16, 32, 16, 32, 32, 32, 256)))
UINT, HALF, FLOAT = 0, 1, 2
SAMPLE_BYTES = (4, 2, 4)


@dataclasses.dataclass
class Attribute:
    name: str
    type: str
    value: bytes

    def packed(self):
        return (self.name.encode("latin-1") + b"\0" + self.type.encode("latin-1") + b"\0"
                + struct.pack("<i", len(self.value)) + self.value)


class Header(list):
    """The attributes of a part, in file order."""

    def copy(self):
        return Header(dataclasses.replace(attribute) for attribute in self)

    def find(self, name):
        return next((attribute for attribute in self if attribute.name == name), None)

    def value(self, name):
        return self.find(name).value

    def put(self, name, kind, value):
        """Sets the value, or adds the attribute at the end."""
        if found := self.find(name):
            found.type, found.value = kind, value
        else:
            self.append(Attribute(name, kind, value))
        return self

    def drop(self, name):
        self[:] = [attribute for attribute in self if attribute.name != name]
        return self

    def packed(self):
        return b"".join(attribute.packed() for attribute in self) + b"\0"

    @property
    def codec(self):
        return CODECS[self.value("compression")[0]]

    @property
    def kind(self):
        """`scanlineimage`, `tiledimage`, `deepscanline` or `deeptile`."""
        if found := self.find("type"):
            return found.value.decode()
        return "tiledimage" if self.find("tiles") else "scanlineimage"

    @property
    def window(self):
        return struct.unpack("<4i", self.value("dataWindow"))

    @property
    def channels(self):
        """[(name, type, x sampling, y sampling)]"""
        data, at, found = self.value("channels"), 0, []
        while data[at]:
            end = data.index(b"\0", at)
            kind, _, across, down = struct.unpack_from("<i4sii", data, end + 1)
            found.append((data[at:end].decode("latin-1"), kind, across, down))
            at = end + 17
        return found

    def lines(self):
        """Rows of a scan-line chunk."""
        return 1 if self.kind == "deepscanline" else LINES[self.codec]

    def levels(self):
        """[((lx, ly), (width, height))] in the order of the offset table."""
        across, down, mode = struct.unpack("<IIB", self.value("tiles"))
        x0, y0, x1, y1 = self.window
        size, up = (x1 - x0 + 1, y1 - y0 + 1), mode >> 4

        def halved(side, level):
            return max(1, (side + (1 << level) - 1 if up else side) >> level)

        def steps(side):
            return (side - 1).bit_length() + 1 if up else side.bit_length()

        if mode & 15 == 0:
            which = [(0, 0)]
        elif mode & 15 == 1:
            which = [(level, level) for level in range(steps(max(size)))]
        else:
            which = [(x, y) for y in range(steps(size[1])) for x in range(steps(size[0]))]
        return [(at, (halved(size[0], at[0]), halved(size[1], at[1]))) for at in which]

    def tiles(self):
        """[(tile x, tile y, level x, level y)] in the order of the offset table."""
        across, down, _ = struct.unpack("<IIB", self.value("tiles"))
        return [(x, y, *level) for level, (width, height) in self.levels()
                for y in range(-(-height // down)) for x in range(-(-width // across))]

    def count(self):
        """Chunks of the part, computed."""
        if self.kind in ("tiledimage", "deeptile"):
            return len(self.tiles())
        return -(-(self.window[3] - self.window[1] + 1) // self.lines())


def chlist(channels):
    """The value of `channels` for (name, type) or (name, type, x sampling, y sampling)."""
    packed = b""
    for name, kind, *sampling in channels:
        packed += name.encode("latin-1") + b"\0" + struct.pack(
            "<iIii", kind, 0, *(sampling or (1, 1)))
    return packed + b"\0"


def plain_header(width, height, channels, codec="none", origin=(0, 0), order=0):
    """The eight attributes that every part must have."""
    x, y = origin
    box = struct.pack("<4i", x, y, x + width - 1, y + height - 1)
    return Header([
        Attribute("channels", "chlist", chlist(channels)),
        Attribute("compression", "compression", bytes([CODECS.index(codec)])),
        Attribute("dataWindow", "box2i", box),
        Attribute("displayWindow", "box2i", box),
        Attribute("lineOrder", "lineOrder", bytes([order])),
        Attribute("pixelAspectRatio", "float", struct.pack("<f", 1)),
        Attribute("screenWindowCenter", "v2f", struct.pack("<ff", 0, 0)),
        Attribute("screenWindowWidth", "float", struct.pack("<f", 1)),
    ])


@dataclasses.dataclass
class Chunk:
    """A chunk as it lies in the file: `leader` with the part number, then `payload`."""
    part: int
    index: int
    leader: bytes
    payload: bytes
    offset: int = 0

    @property
    def packed(self):
        return self.leader + self.payload

    @property
    def end(self):
        return self.offset + len(self.leader) + len(self.payload)


class File:
    """A parsed file: version, headers, tables and chunks, which may be edited and put together."""

    def __init__(self, version, headers, chunks, tail=b""):
        self.version, self.headers, self.chunks, self.tail = version, headers, chunks, tail
        self.table_offset = 0
        self.data = b""

    @classmethod
    def parse(cls, data):
        magic, version = struct.unpack_from("<II", data)
        assert magic == MAGIC, "no EXR file"
        at, headers = 8, []
        while True:
            header, at = parse_header(data, at)
            if not header:
                break
            headers.append(header)
            if not version & MULTI_PART:
                break
        self = cls(version, headers, [])
        self.data, self.table_offset = data, at
        for part, header in enumerate(headers):
            offsets = struct.unpack_from(f"<{header.count()}Q", data, at)
            at += 8 * len(offsets)
            self.chunks += [read_chunk(data, part, index, header.kind, version, offset)
                            for index, offset in enumerate(offsets)]
        self.chunks.sort(key=lambda chunk: chunk.offset)
        return self

    def chunk(self, index, part=0):
        return next(c for c in self.chunks if (c.part, c.index) == (part, index))

    def entry(self, index, part=0):
        """Where the table keeps the chunk's offset."""
        before = sum(header.count() for header in self.headers[:part])
        return self.table_offset + 8 * (before + index)

    @property
    def table_bytes(self):
        return 8 * sum(header.count() for header in self.headers)

    def build(self):
        """The whole file anew, with the chunks in the order in which they stand here."""
        head = struct.pack("<II", MAGIC, self.version)
        head += b"".join(header.packed() for header in self.headers)
        if self.version & MULTI_PART:
            head += b"\0"
        places, bodies, offset = {}, [], len(head)
        counts = [max([c.index + 1 for c in self.chunks if c.part == part] or [0])
                  for part in range(len(self.headers))]
        offset += 8 * sum(counts)
        for chunk in self.chunks:
            places[chunk.part, chunk.index] = offset
            bodies.append(chunk.packed)
            offset += len(bodies[-1])
        table = b"".join(struct.pack("<Q", places.get((part, index), 0))
                         for part, count in enumerate(counts) for index in range(count))
        return head + table + b"".join(bodies) + self.tail


def parse_header(data, at):
    header = Header()
    while data[at]:
        end = data.index(b"\0", at)
        stop = data.index(b"\0", end + 1)
        size, = struct.unpack_from("<i", data, stop + 1)
        header.append(Attribute(data[at:end].decode("latin-1"),
                                data[end + 1:stop].decode("latin-1"),
                                bytes(data[stop + 5:stop + 5 + size])))
        at = stop + 5 + size
    return header, at + 1


def read_chunk(data, part, index, kind, version, offset):
    multi = 4 if version & MULTI_PART else 0
    fixed = multi + (16 if kind in ("tiledimage", "deeptile") else 4)
    if kind.startswith("deep"):
        table, samples, _ = struct.unpack_from("<3Q", data, offset + fixed)
        length, size = fixed + 24, table + samples
    else:
        length, size = fixed + 4, struct.unpack_from("<i", data, offset + fixed)[0]
    end = offset + length
    return Chunk(part, index, data[offset:end], data[end:end + size], offset)


def scan_line(part, index, y, payload, multi=False):
    leader = struct.pack("<i", part) if multi else b""
    return Chunk(part, index, leader + struct.pack("<ii", y, len(payload)), payload)


def tile(part, index, place, payload, multi=False):
    leader = struct.pack("<i", part) if multi else b""
    return Chunk(part, index, leader + struct.pack("<5i", *place, len(payload)), payload)


def resized(chunk, payload):
    """The chunk with another payload, its packed size adjusted."""
    return dataclasses.replace(
        chunk, leader=chunk.leader[:-4] + struct.pack("<i", len(payload)), payload=payload)


def scan_lines(header, rows, part=0, multi=False):
    """The chunks of a scan-line part; `rows[y - first]` are the bytes of each line."""
    lines, first = header.lines(), header.window[1]
    return [scan_line(part, index, first + start,
                      pack(header.codec, b"".join(rows[start:start + lines])), multi)
            for index, start in enumerate(range(0, len(rows), lines))]


def deep_row(codec, y, counts, samples, part=0, multi=False, claims=None):
    """A deep scan line: `counts` per pixel (a list, cumulated here, or bytes as they are) and the
    bytes of all samples, channel by channel; `claims` overrides the unpacked size."""
    table = counts
    if not isinstance(counts, bytes):
        total, cumulated = 0, []
        for count in counts:
            total += count
            cumulated.append(total)
        table = struct.pack(f"<{len(cumulated)}i", *cumulated)
    packed_table, packed = pack(codec, table), pack(codec, samples)
    leader = struct.pack("<i", part) if multi else b""
    leader += struct.pack("<i3Q", y, len(packed_table), len(packed),
                          len(samples) if claims is None else claims)
    return leader, packed_table + packed
