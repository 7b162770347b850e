"""The repository format, by docs/repository-format.md alone: names, fields, packs, records, trees.

Shares no code with the program, so that what both agree on is the format. Verifies all it reads
(section 15 of that page) and raises `Damage` at the first fault. Numbers in comments are the page's
sections.
"""

import itertools
import os
import re
import struct
import sys
from collections import namedtuple

import argon2.low_level
import blake3
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crc32c import crc32c

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
CHUNK_LIMIT, METADATA_LIMIT, SEAL = 2 * MIB, 8 * MIB, 16
HOLE = bytes(32)
RUN = "[0-9a-f]{32}"
PACK = re.compile("packs/([0-9a-f]{2})/(%s)-(0|[1-9][0-9]*)" % RUN)


class Damage(Exception):
    """Bytes that are not what the format says."""


def demand(condition, what):
    if not condition:
        raise Damage(what)


def derive(context, material):
    return blake3.blake3(material, derive_key_context=context).digest()


def keyed(key, data):
    return blake3.blake3(data, key=key).digest()


def unseal(key, nonce, associated, sealed, what):
    try:
        return AESGCM(key).decrypt(nonce, sealed, associated)
    except InvalidTag:
        raise Damage("%s: the seal does not open" % what) from None


class Fields:
    """Reads fields in order (3); every length is checked before it is used."""

    def __init__(self, data, what):
        self.data, self.what, self.at = data, what, 0

    def fail(self, why):
        raise Damage("%s: byte %d: %s" % (self.what, self.at, why))

    @property
    def left(self):
        return len(self.data) - self.at

    def raw(self, count):
        if count > self.left:
            self.fail("ends too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, form):
        return struct.unpack("<" + form, self.raw(struct.calcsize("<" + form)))[0]

    def varint(self, limit=(1 << 64) - 1):
        value = shift = 0
        while True:
            byte = self.number("B")
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > 63:
                self.fail("a varint is too long")
        if byte == 0 and shift:
            self.fail("a varint is not in its shortest form")
        if value > limit:
            self.fail("%d exceeds its limit of %d" % (value, limit))
        return value

    def bytes(self, limit):
        return self.raw(self.varint(limit))

    def text(self):
        try:
            return self.bytes(4096).decode("utf-8")
        except UnicodeDecodeError:
            self.fail("a text is not UTF-8")

    def time(self):
        zigzag = self.varint()
        return ((zigzag >> 1) ^ -(zigzag & 1)) * 10**9 + self.varint(10**9 - 1)

    def digest(self):
        return self.raw(32)

    def run(self):
        return self.raw(16)

    def pack(self):
        return self.run().hex(), self.number("I")

    def list(self, element, least, limit=1 << 64):
        return [element() for _ in range(self.varint(min(limit, self.left // least)))]

    def zeros(self, count):
        if self.raw(count) != bytes(count):
            self.fail("a reserved field is not zero")

    def end(self):
        if self.left:
            self.fail("%d bytes follow the end" % self.left)


class Folder:
    """A store in a folder (2)."""

    def __init__(self, path):
        self.path = path

    def get(self, name, limit):
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                data = file.read(limit + 1)
        except FileNotFoundError:
            return None
        demand(len(data) <= limit, "%s: larger than any such object" % name)
        return data

    def size(self, name):
        return os.stat(os.path.join(self.path, name)).st_size

    def read(self, name, offset, count):
        with open(os.path.join(self.path, name), "rb") as file:
            data = os.pread(file.fileno(), count, offset)
        demand(len(data) == count, "%s: ends before byte %d" % (name, offset + count))
        return data

    def list(self, prefix):
        found = []
        for folder, _, files in os.walk(os.path.join(self.path, prefix)):
            for file in files:
                if not file.startswith(".tmp-"):
                    found.append(os.path.relpath(os.path.join(folder, file), self.path))
        return sorted(found)


class Keys:
    """Every key of a repository (5)."""

    def __init__(self, secret, encrypted):
        self.secret, self.encrypted = secret, encrypted
        self.names = {
            1: derive("farmio chunk id v1", secret),
            2: derive("farmio metadata id v1", secret),
        }
        self.cut = derive("farmio chunk cut v1", secret)[:16]
        self.proof = derive("farmio record digest v1", secret)
        self.record = derive("farmio record v1", secret)

    def payload(self, run):
        return derive("farmio payload v1", self.secret + bytes.fromhex(run))

    def footer(self, run):
        return derive("farmio footer v1", self.secret + bytes.fromhex(run))


def read_config(data, password, key_file):
    """The repository's id, the files' one chunk class (0 for none), and the keys (4)."""
    fields = Fields(data, "config")
    demand(fields.raw(8) == b"FARMCFG1", "config: this is no farmio repository")
    version = fields.number("H")
    demand(version == 1, "config: format version %d is not known" % version)
    repository, _, chunk_class = fields.run(), fields.time(), fields.number("B")
    demand(chunk_class in (0, 16, 18, 20), "config: unknown chunk class")
    form = fields.number("B")
    secret = wrapping = None
    if form == 0:
        secret = fields.digest()
    elif form == 1:
        salt, passes, memory = fields.raw(16), fields.number("I"), fields.number("I")
        demand(1 <= passes <= 64 and 8 <= memory <= 4 * MIB, "config: cost out of limits")
        wrapping = lambda: argon2.low_level.hash_secret_raw(
            password, salt, time_cost=passes, memory_cost=memory, parallelism=1, hash_len=32,
            type=argon2.low_level.Type.ID, version=0x13)
    elif form == 2:
        wrapping = lambda: derive("farmio key file v1", key_file)
    else:
        raise Damage("config: secret form %d is not known" % form)
    if wrapping:
        nonce, sealed = fields.raw(12), fields.raw(48)
    covered = fields.at
    demand(fields.digest() == blake3.blake3(data[:covered]).digest(), "config: digest differs")
    fields.end()
    if wrapping:
        if (password if form == 1 else key_file) is None:
            sys.exit("the repository is encrypted: give its passphrase or key file")
        secret = unseal(wrapping(), nonce, b"farmio repository secret v1", sealed, "config")
    return repository, chunk_class, Keys(secret, form != 0)


Record = namedtuple("Record", "name offset stored plain codec stride flags")
Pack = namedtuple("Pack", "object run sequence kind header records footer_at")


def check_record(record, encrypted, what):
    """Limits (12) and the encoding (8) of a record's fields."""
    demand(1 <= record.plain <= METADATA_LIMIT, "%s: plain length" % what)
    demand(1 <= record.stored <= record.plain + SEAL, "%s: stored length" % what)
    demand(record.offset % 8 == 0 and record_end(record) <= GIB, "%s: place" % what)
    demand(record.codec in (0, 1), "%s: codec %d" % (what, record.codec))
    demand(record.stride == 0 or 2 <= record.stride <= 64, "%s: stride" % what)
    demand(record.codec == 1 or record.stride == 0, "%s: shuffled raw bytes" % what)
    demand(record.flags & ~3 == 0, "%s: unknown flags" % what)
    demand(record.stride > 0 or not record.flags & 1, "%s: bytedelta alone" % what)
    demand(bool(record.flags & 2) == encrypted, "%s: encryption flag" % what)


def record_end(record):
    return (record.offset + 64 + record.stored + 7) // 8 * 8


def check_crc(data, what):
    demand(crc32c(data[:60]) == struct.unpack("<I", data[60:])[0], "%s: CRC differs" % what)


class Repository:
    """An open repository: its packs by their own ends, and small records."""

    def __init__(self, path, password=None, key_file=None):
        self.store = Folder(path)
        data = self.store.get("config", 16 * MIB)
        if data is None:
            sys.exit("%s: there is no repository" % path)
        self.id, self.chunk_class, self.keys = read_config(data, password, key_file)
        self.packs, self.places, self.payload_keys = {}, {}, {}
        self.decoder = zstandard.ZstdDecompressor(max_window_size=2 * MIB)

    # Small records (6)

    def record(self, name, kind):
        data = self.store.get(name, 16 * MIB)
        return None if data is None else self.open_record(data, name, kind)

    def open_record(self, data, name, kind):
        fields = Fields(data, name)
        demand(fields.raw(8) == b"FARMREC1", "%s: no farmio record" % name)
        version, found, flags = fields.number("H"), fields.number("B"), fields.number("B")
        demand(version == 1, "%s: version %d is not known" % (name, version))
        count = fields.number("I")
        nonce, body = fields.raw(12), fields.raw(count)
        covered = fields.at
        proved = varint(len(name)) + name.encode() + data[:covered]
        demand(fields.digest() == keyed(self.keys.proof, proved), "%s: digest differs" % name)
        fields.end()
        demand(found == kind, "%s: kind %d" % (name, found))
        demand(flags == (2 if self.keys.encrypted else 0), "%s: sealed or not" % name)
        if flags == 2:
            body = unseal(self.keys.record, nonce, name.encode(), body, name)
        return Fields(body, name)

    def snapshots(self):
        """Every snapshot, oldest first."""
        found = []
        for name in self.store.list("refs/"):
            run = name[5:]
            if not re.fullmatch(RUN, run):
                continue
            fields = self.record(name, 2)
            form = fields.number("B")
            demand(form in (0, 1), "%s: form %d is not known" % (name, form))
            snapshot = read_snapshot(fields) if form else (fields.time(), fields.text()) and None
            fields.end()
            if snapshot and self.record("forgotten/" + run, 3) is None:
                found.append((run, snapshot))
        return sorted(found, key=lambda pair: (pair[1]["time"], pair[0]))

    # Packs (7)

    def load_packs(self):
        for object in self.store.list("packs/"):
            match = PACK.fullmatch(object)
            if not match or match[1] != match[2][:2]:
                continue
            pack = self.read_pack(object, match[2], int(match[3]))
            self.packs[object] = pack
            for record in pack.records:
                self.places.setdefault(record.name, (pack, record))

    def read_pack(self, object, run, sequence):
        size = self.store.size(object)
        demand(64 + 64 < size <= GIB, "%s: %d bytes" % (object, size))
        header = self.store.read(object, 0, 64)
        trailer = self.store.read(object, size - 64, 64)
        count, footer_size, pack_size = struct.unpack_from("<IIQ", trailer, 8)
        demand(pack_size == size, "%s: its trailer says %d bytes" % (object, pack_size))
        footer_at = size - 64 - footer_size
        demand(footer_at >= 64, "%s: footer size" % object)
        footer = self.store.read(object, footer_at, footer_size)
        return self.pack_end(object, run, sequence, header, trailer, footer)

    def pack_end(self, object, run, sequence, header, trailer, footer):
        """A pack from its header, trailer and stored footer, all proved."""
        fields = Fields(header, object)
        demand(fields.raw(8) == b"FARMPAK1", "%s: no farmio pack" % object)
        check_crc(header, object)
        version, kind, flags = fields.number("H"), fields.number("B"), fields.number("B")
        demand(version == 1 and kind in (1, 2), "%s: version or kind" % object)
        demand(flags == (2 if self.keys.encrypted else 0), "%s: encrypted or not" % object)
        fields.zeros(4)
        demand(fields.pack() == (run, sequence), "%s: it says it is another pack" % object)
        fields.zeros(4)
        demand(fields.run() == self.id, "%s: it is of another repository" % object)
        fields.zeros(4)
        demand(trailer[:8] == b"FARMEND1", "%s: no trailer" % object)
        check_crc(trailer, object)
        count, footer_size, pack_size = struct.unpack_from("<IIQ", trailer, 8)
        demand(trailer[56:60] == bytes(4) and 1 <= count <= MIB, "%s: trailer" % object)
        plain_size = count * 48
        demand(footer_size == plain_size + (SEAL if flags else 0) == len(footer),
               "%s: the footer's size" % object)
        demand(trailer[24:56] == keyed(self.keys.proof, header + footer),
               "%s: the footer's digest differs" % object)
        if flags:
            nonce = struct.pack("<I8x", sequence)
            footer = unseal(self.keys.footer(run), nonce, header, footer, object)
        records, end = [], 64
        for entry in struct.iter_unpack("<32sIIIBBBB", footer):
            record = Record(*entry[:7])
            check_record(record, bool(flags), "%s: footer" % object)
            demand(entry[7] == 0 and record.offset >= end, "%s: footer entry" % object)
            end = record_end(record)
            records.append(record)
        footer_at = pack_size - 64 - footer_size
        demand(end <= footer_at, "%s: a record lies in the footer" % object)
        return Pack(object, run, sequence, kind, header, records, footer_at)

    def check_index(self):
        """Reads every index segment (9), compares its parts with the packs, and counts them."""
        parts = 0
        for name in self.store.list("index/"):
            fields = Fields(self.store.get(name, GIB), name)
            head = fields.raw(64)
            demand(head[:8] == b"FARMIDX1", "%s: no index segment" % name)
            check_crc(head, name)
            version, zero, count, size = struct.unpack_from("<HHIQ", head, 8)
            demand(version == 1 and zero == 0 and head[40:60] == bytes(20), "%s: header" % name)
            demand(head[24:40] == self.id and size == fields.left, "%s: header" % name)
            for _ in range(count):
                header, trailer = fields.raw(64), fields.raw(64)
                footer = fields.raw(struct.unpack_from("<I", trailer, 12)[0])
                run, sequence = header[16:32].hex(), struct.unpack_from("<I", header, 32)[0]
                object = "packs/%s/%s-%d" % (run[:2], run, sequence)
                part = self.pack_end(object, run, sequence, header, trailer, footer)
                pack = self.packs.get(object)
                demand(pack is None or pack == part, "%s: differs from %s" % (name, object))
                parts += 1
            fields.end()
        return parts

    # Records (7, 8)

    def content(self, name, kind):
        """The plain bytes of a record, proved."""
        demand(name in self.places, "%s: no pack holds it" % name.hex())
        pack, record = self.places[name]
        demand(pack.kind == kind, "%s: it is in a pack of the other kind" % name.hex())
        payload = self.store.read(pack.object, record.offset + 64, record.stored)
        return self.decode(pack, record, payload)

    def decode(self, pack, record, payload):
        what = "%s: byte %d" % (pack.object, record.offset)
        if self.keys.encrypted:
            if pack.run not in self.payload_keys:
                self.payload_keys[pack.run] = self.keys.payload(pack.run)
            associated = record_header(record)
            payload = unseal(
                self.payload_keys[pack.run], record.name[:12], associated, payload, what)
        if record.codec == 1:
            payload = self.unpack(payload, record.plain, what)
        demand(len(payload) == record.plain, "%s: plain length" % what)
        if record.flags & 1:
            payload = bytes(byte & 255 for byte in itertools.accumulate(payload))
        if record.stride:
            payload = unshuffle(payload, record.stride)
        demand(keyed(self.keys.names[pack.kind], payload) == record.name,
               "%s: the content does not match its name" % what)
        return payload

    def unpack(self, frame, plain, what):
        try:
            header = zstandard.get_frame_parameters(frame)
            demand(header.content_size == plain, "%s: the frame's content size" % what)
            demand(header.window_size <= 2 * MIB and not header.dict_id, "%s: the frame" % what)
            unpacker = self.decoder.decompressobj()
            data = unpacker.decompress(frame)
            demand(unpacker.eof and not unpacker.unused_data, "%s: not one frame" % what)
            return data
        except zstandard.ZstdError as error:
            raise Damage("%s: %s" % (what, error)) from None

    def check_data(self, pack):
        """Every byte of a pack: record headers, checksums, padding, contents."""
        position = 64
        for record in pack.records:
            what = "%s: byte %d" % (pack.object, record.offset)
            demand(record.offset == position, "%s: a gap before it" % what)
            position = record_end(record)
            data = self.store.read(pack.object, record.offset, position - record.offset)
            header, payload = data[:64], data[64 : 64 + record.stored]
            check_crc(header, what)
            demand(header[:56] == record_header(record)[:56], "%s: header and footer" % what)
            demand(struct.unpack_from("<I", header, 56)[0] == crc32c(payload), "%s: CRC" % what)
            demand(not any(data[64 + record.stored :]), "%s: padding" % what)
            self.decode(pack, record, payload)
        demand(position == pack.footer_at, "%s: a gap before the footer" % pack.object)

    # Trees (10)

    def folder(self, pages, depth=0):
        """A folder's entries."""
        demand(depth <= 1024, "a tree is too deep")
        entries = []
        for page in pages:
            fields = Fields(self.content(page, 2), "page " + page.hex())
            demand(fields.number("B") == 1, "a page's version is not known")
            entries += fields.list(lambda: read_entry(fields), 16)
            fields.end()
        for first, second in itertools.pairwise(entries):
            demand(first["name"] < second["name"], "the entries of a folder are not in order")
        return entries

    def segments(self, entry):
        """The segments of a regular file."""
        segments = entry.get("segments", [])
        for name in entry.get("lists", []):
            fields = Fields(self.content(name, 2), "list " + name.hex())
            demand(fields.number("B") == 1, "a chunk list's version is not known")
            segments += fields.list(lambda: read_segment(fields), 34, 8192)
            fields.end()
        demand(sum(segment[2] for segment in segments) == entry["size"],
               "%r: its segments do not add up" % entry["name"])
        return segments

    def walk(self, pages, path=b"", depth=0):
        """Every path under some pages, folders before what is in them."""
        for entry in self.folder(pages, depth):
            inner = path + b"/" + entry["name"] if path else entry["name"]
            yield inner, entry
            if entry["kind"] == 1:
                yield from self.walk(entry["pages"], inner, depth + 1)


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def record_header(record):
    """A record's header with both checksums zero."""
    return struct.pack(
        "<4sBBBxII32s16x", b"FRC1", record.codec, record.stride, record.flags, record.plain,
        record.stored, record.name)


def unshuffle(planes, stride):
    count = len(planes) // stride
    out = bytearray(planes)
    for plane in range(stride):
        out[plane : count * stride : stride] = planes[plane * count : (plane + 1) * count]
    return bytes(out)


def read_snapshot(fields):
    snapshot = {"time": fields.time()}
    snapshot["host"], snapshot["user"], snapshot["program"] = (fields.text() for _ in range(3))
    snapshot["tags"] = fields.list(fields.text, 1)
    snapshot["paths"] = fields.list(lambda: fields.bytes(4096), 1)
    has_parent = fields.number("B")
    demand(has_parent < 2, "a snapshot's parent")
    snapshot["parent"] = fields.run().hex() if has_parent else None
    snapshot["pages"] = fields.list(fields.digest, 32)
    snapshot["statistics"] = [fields.varint() for _ in range(10)]
    return snapshot


def read_segment(fields):
    chunk, offset, count = fields.digest(), fields.varint(CHUNK_LIMIT), fields.varint(1 << 63)
    if chunk == HOLE:
        good = offset == 0
    else:
        good = offset + count <= CHUNK_LIMIT
    demand(good and count > 0, "a segment lies outside of its chunk")
    return chunk, offset, count


def read_attribute(fields):
    name, value = fields.bytes(255), fields.bytes(64 * KIB)
    demand(name and 0 not in name, "an attribute's name")
    return name, value


def read_entry(fields):
    entry = {"name": fields.bytes(255), "kind": fields.number("B")}
    name = entry["name"]
    demand(name not in (b"", b".", b"..") and not set(name) & {0, 47}, "an entry's name %r" % name)
    entry["mode"], entry["user"], entry["group"] = (
        fields.varint(limit) for limit in (0o7777, (1 << 32) - 1, (1 << 32) - 1))
    entry["modified"], entry["changed"] = fields.time(), fields.time()
    entry["inode"], entry["volume"] = fields.varint(), fields.varint()
    entry["links"] = fields.varint((1 << 32) - 1)
    entry["attributes"] = fields.list(lambda: read_attribute(fields), 2)
    demand(sum(map(len, itertools.chain(*entry["attributes"]))) <= MIB, "attributes of %r" % name)
    entry["size"] = fields.varint((1 << 63) - 1)
    form, kind, size = fields.number("B"), entry["kind"], entry["size"]
    if form == 0:
        good = kind in (0, 3, 4) and size == 0
    elif form == 1:
        entry["segments"] = fields.list(lambda: read_segment(fields), 34)
        good = kind == 0
    elif form == 2:
        entry["lists"] = fields.list(fields.digest, 32)
        good = kind == 0 and size > 0 and entry["lists"]
    elif form == 3:
        entry["pages"] = fields.list(fields.digest, 32)
        good = kind == 1 and size == 0
    elif form == 4:
        entry["target"] = fields.bytes(4096)
        good = kind == 2 and size == 0 and entry["target"] and 0 not in entry["target"]
    elif form == 5:
        entry["device"] = fields.varint()
        good = kind in (5, 6) and size == 0
    else:
        good = False
    demand(good, "the content of %r does not fit its kind" % name)
    return entry
