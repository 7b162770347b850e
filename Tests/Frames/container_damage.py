"""The kinds of damage that storage, copies and dying writers do, applied to a frame of any codec.

The first fourteen and the non-finite pixels are the 71 files that peers were scored on.
"""
import random
import struct

import exrfile
import sources
from variant import Variant

CODECS = ("none", "ZIP", "PIZ", "B44", "DWAA")
PAGE = 4096
PROVEN = ("ZIPS", "ZIP", "PXR24")  # codecs whose streams carry a checksum
UNDECODABLE = {"chunk-corrupt", "chunk-checksum", "chunk-short"}
NO_CHUNK = {"chunk-leader", "chunk-size", "chunk-missing", "chunk-table-wrong", *UNDECODABLE}


def some(*names):
    return frozenset(names)


class Damage:
    """The kinds of damage to one frame: n chunks, of which the middle one, m, is hit."""

    def __init__(self, codec):
        self.codec = codec
        self.whole = sources.encoded(codec)
        self.neighbours = tuple(
            sources.encoded(codec, sources.picture(shift=step)) for step in (-2, -1, 1, 2))
        self.file = exrfile.File.parse(self.whole)
        self.count = len(self.file.chunks)
        self.m = self.count // 2
        self.chunk = self.file.chunk(self.m)
        self.at = self.chunk.offset
        self.payload = self.at + len(self.chunk.leader)
        self.size = len(self.chunk.payload)

    def variant(self, name, data, main, **more):
        return Variant(self.codec, name, bytes(data), frozenset(main), original=self.whole, **more)

    def edited(self, *edits):
        """The frame with (offset, bytes) written over it."""
        data = bytearray(self.whole)
        for at, new in edits:
            data[at:at + len(new)] = new
        return data

    def entry(self, index):
        return struct.unpack_from("<Q", self.whole, self.file.entry(index))[0]

    def zero_pages(self, start, stop):
        """The warning that is due where a whole page of zeros lies in packed data."""
        first = -(-start // PAGE) * PAGE
        return some("zero-pages") if self.codec != "none" and first + PAGE <= stop else some()

    def here(self):
        return {"chunk": self.m}

    def scored(self):
        """The kinds on which every codec was scored."""
        whole, m, table = self.whole, self.m, self.file.table_offset
        empty_table = (table, bytes(self.file.table_bytes))
        end = self.payload + self.size
        yield self.variant("empty", b"", some("file-empty"))
        yield self.variant("first 200 bytes", whole[:200], some("header-truncated"))
        yield self.variant("first half", whole[:len(whole) // 2], some("file-truncated"))
        yield self.variant("all but the last byte", whole[:-1], some("file-truncated"))
        yield self.variant("line number of one leader 99999",
                           self.edited((self.at, struct.pack("<i", 99999))),
                           some("chunk-leader"), place=self.here())
        yield self.variant("leader and payload zeros",
                           self.edited((self.at, bytes(end - self.at))), some("chunk-leader"),
                           also=self.zero_pages(self.at, end), place=self.here())
        yield self.variant("cut in the middle, table zeros",
                           self.edited(empty_table)[:self.at], some("writer-died"))
        yield self.variant("table zeros, data whole", self.edited(empty_table),
                           some("chunk-table-zero"))
        half = self.count // 2
        yield self.variant("second half of the table zeros",
                           self.edited((self.file.entry(half), bytes(8 * (self.count - half)))),
                           some("chunk-table-partial"))
        yield self.variant("an entry equal to the one before",
                           self.edited((self.file.entry(m),
                                        struct.pack("<Q", self.entry(m - 1)))),
                           some("chunk-table-duplicate"), place=self.here())
        yield self.zero_payload(end)
        start = -(-(self.at) // PAGE) * PAGE
        yield self.variant("64 KiB of zeros", self.edited((start, bytes(1 << 16))), NO_CHUNK,
                           also=self.zero_pages(start, start + (1 << 16)))
        yield self.flipped(manifest=True)
        noise = random.Random(7).randbytes(100_000)
        yield self.variant("100,000 random bytes behind", whole + noise, some("trailing-bytes"))

    def zero_payload(self, end):
        """Nothing is wrong with zeros as stored pixels: only the neighbours tell."""
        decodes = self.codec in ("none", "B44")
        main = some("zero-band", "nan-pixels", "chunk-corrupt") if decodes else UNDECODABLE
        return self.variant("payload zeros", self.edited((self.payload, bytes(self.size))), main,
                            also=self.zero_pages(self.payload, end),
                            neighbours=self.neighbours if decodes else (),
                            place={} if decodes else self.here())

    def flipped(self, manifest):
        where = self.at + 8 + self.size // 2
        data = self.edited((where, bytes([self.whole[where] ^ 0x10])))
        if manifest:
            return self.variant("one bit, against a manifest", data,
                                {"digest-mismatch", *UNDECODABLE}, manifest=True)
        return self.variant("one bit", data, some("chunk-checksum", "chunk-corrupt"),
                            place=self.here())

    def non_finite(self):
        """Two samples of codec none: a NaN and an infinity."""
        data = self.edited((self.payload, struct.pack("<HH", 0x7e00, 0x7c00)))
        return self.variant("a NaN and an infinity", data, some("nan-pixels"),
                            also=some("inf-pixels"), place={"channel": "A", "pixel": [0, self.m]})

    def further(self):
        """What peers were not scored on."""
        m = self.m
        if self.codec in PROVEN:
            yield self.flipped(manifest=False)
            yield self.variant("last byte of the checksum",
                               self.edited((self.payload + self.size - 1,
                                            bytes([self.chunk.payload[-1] ^ 1]))),
                               some("chunk-checksum"), place=self.here())
        yield self.variant("cut inside the table",
                           self.whole[:self.file.table_offset + 4 * self.count],
                           some("chunk-table-truncated"))
        yield self.variant("an entry beyond the end",
                           self.edited((self.file.entry(m),
                                        struct.pack("<Q", len(self.whole) + 1000))),
                           some("chunk-table-range"), place=self.here())
        yield self.variant("an entry of 2^63", self.edited((self.file.entry(m), b"\xff" * 8)),
                           some("chunk-table-range"), place=self.here())
        yield self.variant("an entry inside the header",
                           self.edited((self.file.entry(m), struct.pack("<Q", 20))),
                           some("chunk-table-range"), place=self.here())
        yield self.variant("an entry inside a payload",
                           self.edited((self.file.entry(m), struct.pack("<Q", self.payload + 5))),
                           some("chunk-table-wrong"), place=self.here())
        yield self.variant("two entries swapped",
                           self.edited((self.file.entry(m),
                                        struct.pack("<QQ", self.entry(m + 1), self.entry(m)))),
                           some("chunk-table-wrong"))
        for name, size in (("0", 0), ("negative", -5), ("2^31-1", 2 ** 31 - 1)):
            yield self.variant(f"packed size {name}",
                               self.edited((self.payload - 4, struct.pack("<i", size))),
                               some("chunk-size"), place=self.here())
        yield from self.rearranged()

    def rearranged(self):
        """Chunks that lie elsewhere, over each other, apart, or nowhere."""
        m, pieces = self.m, self.file.chunks
        swapped = exrfile.File(2, self.file.headers, pieces[:m] + [
            pieces[m + 1], pieces[m]] + pieces[m + 2:])
        yield self.variant("two chunks swapped, table right", swapped.build(),
                           some("chunk-order"))
        apart = exrfile.File(2, self.file.headers, [*pieces])
        apart.chunks[m] = exrfile.Chunk(0, m, pieces[m].leader, pieces[m].payload)
        data, moved = self.with_gap(bytes(range(1, 33)))
        yield self.variant("32 bytes between chunks, table right", data, some("chunk-gap"))
        grown = self.edited((self.payload - 4, struct.pack("<i", self.size + 64)))
        if self.codec != "none":
            yield self.variant("a payload that runs into the next chunk", grown,
                               some("chunk-overlap"))
        lacking = exrfile.File(2, self.file.headers, pieces[:m] + pieces[m + 1:])
        yield self.variant("a chunk left out", lacking.build(), some("chunk-missing"),
                           place=self.here())
        short = exrfile.File(2, self.file.headers, [*pieces])
        short.chunks[m] = exrfile.resized(pieces[m], pieces[m].payload[:-50])
        yield self.variant("payload and size 50 bytes short", short.build(),
                           some("chunk-size") if self.codec == "none" else UNDECODABLE,
                           place=self.here())

    def with_gap(self, filling):
        """The frame with bytes between m - 1 and m, and entries that know it."""
        data = bytearray(self.whole)
        for index in range(self.m, self.count):
            struct.pack_into("<Q", data, self.file.entry(index), self.entry(index) + len(filling))
        return data[:self.at] + filling + data[self.at:], len(filling)


def variants(codecs=CODECS):
    for codec in codecs:
        damage = Damage(codec)
        yield from damage.scored()
        if codec == "none":
            yield damage.non_finite()
        yield from damage.further()


def scored(codecs=CODECS):
    """The 71 files: 14 kinds in 5 codecs, and the one with a NaN."""
    for codec in codecs:
        damage = Damage(codec)
        yield from damage.scored()
        if codec == "none":
            yield damage.non_finite()
