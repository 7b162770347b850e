"""The chunker RKP-CDC/1, by section 11 of docs/repository-format.md alone.

Run it to try the page's test vectors.
"""

import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

MASK16 = 0xFFFF
WEIGHTS = [(byte + 0x9E37) * 0x9E37 & MASK16 for byte in range(256)]
LEAVING = [0xB501 * weight & MASK16 for weight in WEIGHTS]
CANDIDATE_BITS = 10


def window_hash(window):
    value = 0
    for byte in window:
        value = value * 0x6A5D + WEIGHTS[byte] & MASK16
    return value


def value_of(window, key):
    """AES-128 CBC-MAC over the window: the first 8 bytes of its last block."""
    cipher = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return struct.unpack("<Q", cipher.update(window)[48:56])[0]


def cut(data, start, exponent, key):
    """The length of the chunk that begins at `start`, and how it ended: accepted, r, m or e."""
    left = len(data) - start
    least, most = 1 << exponent - 1, 1 << exponent + 1
    if left <= least:
        return left, "e"
    limit = min(left, most)
    shift = 64 - (exponent - 1 - CANDIDATE_BITS)
    threshold = 1 << 16 - CANDIDATE_BITS
    value = window_hash(data[start + least - 64 : start + least])
    nearest = None
    for end in range(start + least, start + limit + 1):
        if value < threshold:
            rank = value_of(data[end - 64 : end], key)
            if rank >> shift == 0:
                return end - start, ""
            if nearest is None or rank <= nearest[0]:
                nearest = rank, end - start
        if end < start + limit:
            value = value * 0x6A5D + WEIGHTS[data[end]] - LEAVING[data[end - 64]] & MASK16
    if left < most:
        return left, "e"
    return (nearest[1], "r") if nearest else (most, "m")


def cuts(data, exponent, key):
    """The ends of all chunks, each with how it ended."""
    start, ends = 0, []
    while start < len(data):
        length, how = cut(data, start, exponent, key)
        start += length
        ends.append((start, how))
    return ends


def lengths(data, exponent, key):
    ends = [0] + [end for end, _ in cuts(data, exponent, key)]
    return [end - start for start, end in zip(ends, ends[1:])]


def stream(x, count):
    """X(x): the first `count` bytes of a 64-bit xorshift."""
    out = bytearray()
    while len(out) < count:
        x ^= x << 13 & (1 << 64) - 1
        x ^= x >> 7
        x ^= x << 17 & (1 << 64) - 1
        out += struct.pack("<Q", x)
    return bytes(out[:count])


VECTORS = [
    (stream(1, 1048576),
     "54464 98479 146007 190982 280484 315265 361566 435791 483339 542509 582318 688844 734842 "
     "774970 837761 938322 988450 1027077 1048576e"),
    (stream(7, 100000) + bytes(200000) + stream(7, 200000)[100000:],
     "55937 94156r 225228m 303335 377234 400000e"),
    ((stream(1, 4096) * 98)[:400000], "126984r 258056r 389128r 400000e"),
    (bytes(300000), "131072m 262144m 300000e"),
    (bytes(32768), "32768e"),
    (bytes(32769), "32769e"),
]


def main():
    key = bytes(range(16))
    assert window_hash(bytes(64)) == 0xC0C0 and window_hash(bytes(range(64))) == 0xF5E0
    assert value_of(bytes(range(64)), key) == 0x6E69D45DCAF47F67
    for data, expected in VECTORS:
        found = " ".join("%d%s" % end for end in cuts(data, 16, key))
        assert found == expected, found
    print("%d streams cut as the page says" % len(VECTORS))


if __name__ == "__main__":
    main()
