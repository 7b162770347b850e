"""Compares our BLAKE3 with the reference implementation's Python binding.

    python3 -m venv .venv && .venv/bin/pip install -r Tests/Oracles/requirements.txt
    swift build -c release --product Benchmarks
    .venv/bin/python Tests/Oracles/blake3_oracle.py .build/release/Benchmarks

Every length from 0 to 1,100 and lengths drawn by seed up to 1 MiB, plain and keyed. Set
FARMIO_KERNELS to portable, sse4 or avx2 to try a lesser kernel.
"""

import argparse
import random
import struct
import subprocess
import sys

import blake3

MASK = (1 << 64) - 1


def stream(seed, length):
    """The 64-bit xorshift (13, 7, 17) from `seed`, each state as eight little-endian bytes."""
    words = []
    x = seed
    for _ in range((length + 7) // 8):
        x ^= (x << 13) & MASK
        x ^= x >> 7
        x ^= (x << 17) & MASK
        words.append(x)
    return struct.pack("<%dQ" % len(words), *words)[:length]


def draw(cases, seed):
    """Pairs of stream seed and length: small ones all, large ones evenly over their logarithm."""
    rng = random.Random(seed)
    pairs = [(1 + length, length) for length in range(1101)]
    for _ in range(cases):
        pairs.append((rng.getrandbits(63) | 1, int(2 ** rng.uniform(10, 20))))
    return pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("benchmarks", help="path of the Benchmarks executable")
    parser.add_argument("--cases", type=int, default=200, help="how many lengths to draw")
    parser.add_argument("--seed", type=int, default=1, help="what to draw them from")
    options = parser.parse_args()

    pairs = draw(options.cases, options.seed)
    lines = "".join("%d %d\n" % pair for pair in pairs)
    ours = subprocess.run(
        [options.benchmarks, "hash-oracle"], input=lines, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    if len(ours) != len(pairs):
        sys.exit("%d answers to %d questions" % (len(ours), len(pairs)))
    wrong = 0
    for (seed, length), answer in zip(pairs, ours):
        data = stream(seed, length)
        plain = blake3.blake3(data)
        keyed = blake3.blake3(data, key=plain.digest())
        if answer != plain.hexdigest() + " " + keyed.hexdigest():
            wrong += 1
            print("differs: seed %d, %d bytes" % (seed, length))
    print("%d inputs compared, %d differ" % (len(pairs), wrong))
    sys.exit(wrong != 0)


if __name__ == "__main__":
    main()
