"""Makes a small tree of what file systems allow and backups get wrong, and compares two trees."""

import os
import random
import stat
import struct


def write(path, data, mtime_ns=None, mode=None):
    with open(path, "wb") as file:
        file.write(data)
    if mode is not None:
        os.chmod(path, mode)
    if mtime_ns is not None:
        os.utime(path, ns=(mtime_ns, mtime_ns))


def sparse(path, size, runs):
    with open(path, "wb") as file:
        for offset, data in runs:
            os.pwrite(file.fileno(), data, offset)
        file.truncate(size)


def names(root):
    for name in [b"line\nbreak", b"no utf-8 \xff\xfe", b"n" * 255, b" ", b"-rf", b"back\\slash",
                 b"...", "größe é".encode(), b".farmio"]:
        write(os.path.join(root, name), b"content of " + name)


def contents(root, rng):
    write(os.path.join(root, b"empty"), b"")
    write(os.path.join(root, b"one"), b"1")
    write(os.path.join(root, b"large.exr"), rng.randbytes(9_000_000))
    write(os.path.join(root, b"lists.ma"), rng.randbytes(5_000_000))
    write(os.path.join(root, b"zeros"), bytes(400_000))
    floats = [rng.random() for _ in range(100_000)]
    write(os.path.join(root, b"points.abc"), struct.pack("<%df" % len(floats), *sorted(floats)))
    write(os.path.join(root, b"doubles.bin"), struct.pack("<%dd" % len(floats), *sorted(floats)))
    halfs = [value * 3 for value in floats[:90_000]]
    write(os.path.join(root, b"halfs.bin"), struct.pack("<%de" % len(halfs), *halfs) + b"odd")
    lines = [b"def Xform \"node_%d\"\n" % number for number in range(20_000)]
    write(os.path.join(root, b"scene.usda"), b"".join(lines))
    write(os.path.join(root, b"repeat.bin"), rng.randbytes(4096) * 100)
    sparse(os.path.join(root, b"hole first"), 1 << 20, [((1 << 20) - 5, b"bytes")])
    runs = [(0, b"a" * 9000), (2 << 20, b"b" * 70_000)]
    sparse(os.path.join(root, b"hole between"), 3 << 20, runs)
    sparse(os.path.join(root, b"hole last"), 2 << 20, [(0, rng.randbytes(200_000))])
    sparse(os.path.join(root, b"hole alone"), 5 << 20, [])


def kinds(root):
    os.symlink(b"nowhere\n", os.path.join(root, b"dangling"))
    os.symlink(b"t" * 4000, os.path.join(root, b"long link"))
    os.symlink(b"folders", os.path.join(root, b"link to a folder"))
    os.mkfifo(os.path.join(root, b"fifo"))
    write(os.path.join(root, b"set-user"), b"s", mode=0o4751)
    if os.geteuid() == 0:
        write(os.path.join(root, b"secret"), b"s", mode=0o000)
    write(os.path.join(root, b"old"), b"o", mtime_ns=-1_234_567_890_123_456_789)
    write(os.path.join(root, b"far"), b"f", mtime_ns=4_200_000_000_999_999_999)
    write(os.path.join(root, b"attributes"), b"a")
    try:
        os.setxattr(os.path.join(root, b"attributes"), b"user.farmio.test", b"\0value\xff")
    except OSError:
        pass  # A place without extended attributes tries the rest all the same.
    os.link(os.path.join(root, b"one"), os.path.join(root, b"hard link"))


def folders(root):
    base = os.path.join(root, b"folders")
    os.makedirs(os.path.join(base, b"empty"))
    os.makedirs(os.path.join(base, *[b"d%d" % depth for depth in range(40)]))
    os.link(os.path.join(root, b"one"), os.path.join(base, b"hard link"))
    many = os.path.join(base, b"many")
    os.mkdir(many)
    for number in range(3000):
        write(os.path.join(many, b"frame.%05d.txt" % number), b"frame %d\n" % number)
    os.chmod(os.path.join(base, b"empty"), 0o1777)
    for folder in (many, os.path.join(base, b"empty"), base):
        os.utime(folder, ns=(10**18, 10**18 + 1))


def make(root, seed):
    """Makes the tree at `root`, a path of bytes that does not exist yet."""
    rng = random.Random(seed)
    os.mkdir(root)
    names(root)
    contents(root, rng)
    kinds(root)
    folders(root)


def change(root, seed):
    """Edits a file in its middle, replaces one, removes some, adds some."""
    rng = random.Random(seed)
    with open(os.path.join(root, b"large.exr"), "r+b") as file:
        os.pwrite(file.fileno(), rng.randbytes(10_000), 4_000_000)
    write(os.path.join(root, b"lists.ma"), rng.randbytes(5_000_000))
    many = os.path.join(root, b"folders", b"many")
    for name in rng.sample(sorted(os.listdir(many)), 500):
        os.remove(os.path.join(many, name))
    write(os.path.join(many, b"new %d" % seed), rng.randbytes(40_000))


def describe(root):
    """What is at each path: kind, mode, size, time, content, attributes, and who shares it."""
    found, shared = {}, {}
    for folder, subfolders, files in os.walk(root):
        for name in subfolders + files:
            place = os.path.join(folder, name)
            path = os.path.relpath(place, root)
            status = os.lstat(place)
            kind = stat.S_IFMT(status.st_mode)
            facts = [kind, status.st_mtime_ns, status.st_uid, status.st_gid]
            if kind == stat.S_IFLNK:
                facts.append(os.readlink(place))
            else:
                facts.append(stat.S_IMODE(status.st_mode))
            if kind == stat.S_IFREG:
                with open(place, "rb") as file:
                    facts.append(file.read())
                keys = sorted(os.listxattr(place))
                facts.append([(key, os.getxattr(place, key)) for key in keys])
            if kind != stat.S_IFDIR and status.st_nlink > 1:
                shared.setdefault(status.st_ino, []).append(path)
            found[path] = facts
    return found, sorted(sorted(paths) for paths in shared.values())


def differences(first, second):
    """The paths that differ between two trees, and their hard links if those do."""
    (left, left_shared), (right, right_shared) = describe(first), describe(second)
    paths = sorted(left.keys() | right.keys())
    wrong = [path for path in paths if left.get(path) != right.get(path)]
    if left_shared != right_shared:
        wrong.append(b"(hard links)")
    return wrong
