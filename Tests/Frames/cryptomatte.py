"""Cryptomatte's arithmetic, to know what is true of a frame: MurmurHash3 (32 bits, seed 0) of a
name, as an ID that is no NaN, infinity or denormal."""
import json
import struct

import numpy

MASK = 0xffffffff


def rotated(value, bits):
    return (value << bits | value >> (32 - bits)) & MASK


def murmur(text):
    data = text.encode()
    value = 0
    for at in range(0, len(data) // 4 * 4, 4):
        word = struct.unpack_from("<I", data, at)[0] * 0xcc9e2d51 & MASK
        value = rotated(value ^ rotated(word, 15) * 0x1b873593 & MASK, 13)
        value = (value * 5 + 0xe6546b64) & MASK
    tail = data[len(data) // 4 * 4:]
    if tail:
        word = int.from_bytes(tail, "little") * 0xcc9e2d51 & MASK
        value ^= rotated(word, 15) * 0x1b873593 & MASK
    value ^= len(data)
    for shift, factor in ((16, 0x85ebca6b), (13, 0xc2b2ae35)):
        value = (value ^ value >> shift) * factor & MASK
    return value ^ value >> 16


def identity(text):
    """The hash with bit 23 turned over where its exponent is 0 or 255."""
    value = murmur(text)
    return value ^ 1 << 23 if (value >> 23) & 255 in (0, 255) else value


def layers(header):
    """{key: {name, hash, conversion, manifest}} of an exrfile.Header."""
    found = {}
    for attribute in header:
        if attribute.name.startswith("cryptomatte/"):
            _, key, field = attribute.name.split("/", 2)
            found.setdefault(key, {})[field] = attribute.value.decode()
    return found


def faults(header, channels):
    """What is wrong with a frame's Cryptomatte, told by this arithmetic; an empty set if nothing.
    `channels` are the pixels by name."""
    wrong = set()
    for key, layer in layers(header).items():
        if key != f"{murmur(layer['name']):08x}"[:7]:
            wrong.add("crypto-key")
        if (layer["hash"], layer["conversion"]) != ("MurmurHash3_32", "uint32_to_float32"):
            wrong.add("crypto-hash")
        names = json.loads(layer["manifest"])
        if any(int(said, 16) != identity(name) for name, said in names.items()):
            wrong.add("crypto-manifest")
        known = {0, *(int(said, 16) for said in names.values())}
        if not ids(layer["name"], channels) <= known:
            wrong.add("crypto-id")
    return wrong


def ids(name, channels):
    """All IDs in the rank channels of a layer that cover anything."""
    found = set()
    for rank in range(8):
        for place, cover in ("rg", "ba"):
            pair = [next((pixels for channel, pixels in channels.items()
                          if channel.lower() == f"{name}{rank:02}.{letter}".lower()), None)
                    for letter in (place, cover)]
            if pair[0] is not None:
                found |= set(numpy.unique(pair[0].view("<u4")).tolist())
    return found
