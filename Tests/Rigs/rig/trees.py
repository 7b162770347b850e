"""Small trees with everything that a file system can hold, and their comparison."""
import hashlib
import os
import random
import stat
import subprocess

from .program import Finding


def _bytes(source, size):
    """Half noise, half text, as scenes are."""
    words = source.randbytes(64)
    return source.randbytes(size // 2) + (words * (size // 128 + 1))[:size - size // 2]


def build(root, seed, files=24, large=96 * 1024):
    """A tree of about `files` files: empty, tiny and larger ones, links, odd names, attributes."""
    source = random.Random(seed)
    os.makedirs(root)
    root = os.fsencode(root)
    folders = [root]
    for name in (b"shots", b"shots/010", b"assets", b"empty folder"):
        path = os.path.join(root, name)
        os.mkdir(path)
        folders.append(path)
    folders.pop()
    for number in range(files):
        path = os.path.join(source.choice(folders), b"file-%03d.dat" % number)
        size = source.choice((0, 1, 700, 4096, 9000, 20000))
        _write(path, _bytes(source, size))
    _write(os.path.join(root, b"large.blend"), _bytes(source, large))
    _write(os.path.join(root, b"odd\n\xff name"), b"odd")
    _write(os.path.join(root, b"n" * 255), b"long")
    os.symlink(b"shots/010", os.path.join(root, b"link"))
    os.symlink(b"nowhere", os.path.join(root, b"dangling"))
    os.link(os.path.join(root, b"large.blend"), os.path.join(root, b"assets/hard.blend"))
    with open(os.path.join(root, b"sparse"), "wb") as sparse:
        sparse.truncate(1 << 18)
        sparse.seek(1 << 17)
        sparse.write(b"island")
    try:
        os.setxattr(os.path.join(root, b"large.blend"), b"user.shot", b"010")
    except OSError:
        pass  # a tmpfs without user attributes
    os.chmod(os.path.join(root, b"shots/010"), 0o2750)
    for base, _, names in os.walk(root, topdown=False):
        for name in names + [b"."]:
            at = 1_600_000_000_000_000_000 + source.randrange(10 ** 17)
            os.utime(os.path.join(base, name), ns=(at, at), follow_symlinks=False)


def edit(root, seed):
    """A day's work: some files rewritten, some new, some gone, one moved, a mode changed."""
    source = random.Random(seed)
    root = os.fsencode(root)
    plain = sorted(
        os.path.join(base, name) for base, _, names in os.walk(root) for name in names
        if name.startswith(b"file-"))
    source.shuffle(plain)
    gone, rewritten, moved = plain[:3], plain[3:9], plain[9:10]
    for path in gone:
        os.unlink(path)
    for path in rewritten:
        _write(path, _bytes(source, source.choice((0, 300, 5000, 30000))))
    for path in moved:
        os.rename(path, os.path.join(root, b"assets", os.path.basename(path) + b".moved"))
    for number in range(4):
        _write(os.path.join(root, b"shots", b"file-new-%d-%d" % (seed % 1000, number)),
               _bytes(source, 6000))
    with open(os.path.join(root, b"large.blend"), "r+b") as large:
        large.seek(source.randrange(60000))
        large.write(source.randbytes(2000))
    os.chmod(os.path.join(root, b"large.blend"), source.choice((0o600, 0o640, 0o644)))


def _write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def copy(source, target):
    """A copy of a tree in every respect that `fingerprint` looks at."""
    os.makedirs(target, exist_ok=True)
    subprocess.run(["cp", "-a", f"{source}/.", target], check=True)


def fingerprint(root):
    """Every path of a tree with all that must come back; hard links by the paths they join."""
    root, entries, joined = os.fsencode(root), {}, {}
    for base, folders, names in os.walk(root):
        for name in [b"."] * (base == root) + folders + names:
            path = os.path.normpath(os.path.join(base, name))
            key = os.path.relpath(path, root)
            status = os.lstat(path)
            content = b""
            if stat.S_ISLNK(status.st_mode):
                content = os.readlink(path)
            elif stat.S_ISREG(status.st_mode):
                with open(path, "rb") as file:
                    content = hashlib.sha256(file.read()).digest()
                joined.setdefault((status.st_dev, status.st_ino), []).append(key)
            attributes = tuple(
                (n, os.getxattr(path, n, follow_symlinks=False))
                for n in sorted(os.listxattr(path, follow_symlinks=False))
                if not n.startswith("security."))
            entries[key] = (status.st_mode, status.st_uid, status.st_gid,
                            status.st_mtime_ns, content, attributes)
    links = frozenset(tuple(sorted(paths)) for paths in joined.values() if len(paths) > 1)
    return entries, links


def same(found, wanted, what):
    """Raises a finding that names the first differences between two fingerprints."""
    if found == wanted:
        return
    (a, a_links), (b, b_links) = found, wanted
    missing, extra = sorted(b.keys() - a.keys()), sorted(a.keys() - b.keys())
    differing = sorted(k for k in a.keys() & b.keys() if a[k] != b[k])
    parts = [f"{len(missing)} missing {missing[:3]}", f"{len(extra)} too many {extra[:3]}",
             f"{len(differing)} differ {[(k, _difference(a[k], b[k])) for k in differing[:3]]}"]
    if a_links != b_links:
        parts.append(f"hard links differ: {sorted(a_links ^ b_links)[:2]}")
    raise Finding(f"{what}: " + ", ".join(parts))


def _difference(found, wanted):
    fields = ("mode", "user", "group", "time", "content", "attributes")
    return [f for f, x, y in zip(fields, found, wanted) if x != y]


def whole_files(root, *allowed, what):
    """Each regular file of `root` has, under the same path, the content it has in one of the
    `allowed` fingerprints: old or new, never torn. Unfinished work lies under other names, which
    no tree has."""
    for key, entry in fingerprint(root)[0].items():
        if not stat.S_ISREG(entry[0]):
            continue
        known = [f[0][key][4] for f in allowed if key in f[0]]
        if known and entry[4] not in known:
            raise Finding(f"{what}: {key} is torn, neither the old nor the new content")
