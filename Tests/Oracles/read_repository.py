"""Reads a farmio repository without farmio.

    read_repository.py [--password-file F | --key-file F] REPO snapshots
    read_repository.py … REPO check [--data] [--cuts MIB]
    read_repository.py … REPO restore SNAPSHOT TARGET [--digests]

Stops at the first fault. `check` prints what it saw. `restore` makes files, links, devices, modes,
times and extended attributes, and with --digests prints the plain BLAKE3 of each regular file.
SNAPSHOT is an ID, its beginning, or `latest`.
"""

import argparse
import os
import stat
import sys

import blake3

import rkp_cdc
from repository_format import GIB, HOLE, KIB, MIB, Damage, Repository, demand


class Restore:
    """Makes the files of one snapshot in a new folder."""

    def __init__(self, repository, target, digests):
        self.repository, self.target, self.digests = repository, os.fsencode(target), digests
        self.names, self.folders = {}, []

    def run(self, snapshot):
        os.makedirs(self.target)
        for path, entry in self.repository.walk(snapshot["pages"]):
            self.make(path, entry)
        # The innermost first: what is made inside changes a folder's times.
        for path, entry in reversed(self.folders):
            self.dress(path, entry)

    def make(self, path, entry):
        place = os.path.join(self.target, path)
        kind, identity = entry["kind"], (entry["inode"], entry["volume"])
        if kind != 1 and entry["links"] > 1 and identity in self.names:
            os.link(self.names[identity], place, follow_symlinks=False)
            return
        self.names[identity] = place
        if kind == 1:
            os.mkdir(place, 0o700)
            self.folders.append((place, entry))
            return
        if kind == 0:
            self.write(path, place, entry)
        elif kind == 2:
            os.symlink(entry["target"], place)
        else:
            types = {3: stat.S_IFIFO, 4: stat.S_IFSOCK, 5: stat.S_IFCHR, 6: stat.S_IFBLK}
            os.mknod(place, types[kind] | entry["mode"], entry.get("device", 0))
        self.dress(place, entry)

    def write(self, path, place, entry):
        hasher = blake3.blake3()
        with open(place, "xb") as file:
            for chunk, offset, count in self.repository.segments(entry):
                if chunk == HOLE:
                    file.seek(count, os.SEEK_CUR)
                    for start in range(0, count, MIB):
                        hasher.update(bytes(min(MIB, count - start)))
                    continue
                plain = self.repository.content(chunk, 1)
                demand(offset + count <= len(plain), "%r: a chunk is too short" % path)
                file.write(plain[offset : offset + count])
                hasher.update(plain[offset : offset + count])
            file.truncate(entry["size"])
        if self.digests:
            print(hasher.hexdigest(), os.fsdecode(path))

    def dress(self, place, entry):
        if os.geteuid() == 0:
            os.chown(place, entry["user"], entry["group"], follow_symlinks=False)
        for name, value in entry["attributes"]:
            os.setxattr(place, name, value, follow_symlinks=False)
        if entry["kind"] != 2:
            os.chmod(place, entry["mode"])
        times = (entry["modified"], entry["modified"])
        os.utime(place, ns=times, follow_symlinks=False)


def check(repository, data, cuts):
    """Proves what is asked for, and says what was seen."""
    parts = repository.check_index()
    if data:
        for pack in repository.packs.values():
            repository.check_data(pack)
    for name, kind in [("leases/", 1), ("forgotten/", 3), ("watch/", 6)]:
        for object in repository.store.list(name):
            repository.record(object, kind)
    for object in repository.store.list("gc/"):
        repository.record(object, 5 if object.endswith(".result") else 4)
    check_copies(repository)
    if repository.keys.encrypted:
        check_nonces(repository)
    paths, recut = 0, 0
    for _, snapshot in repository.snapshots():
        for path, entry in repository.walk(snapshot["pages"]):
            paths += 1
            if entry["kind"] != 0:
                continue
            segments = repository.segments(entry)
            for chunk, offset, count in segments:
                demand(chunk == HOLE or chunk in repository.places, "%r: a chunk is missing" % path)
            if recut < cuts * MIB and is_cut_alone(entry, segments):
                recut += entry["size"]
                check_cuts(repository, path, entry, segments)
    print("%d packs, %d in the index, %d records, %d paths, %d bytes cut again" % (
        len(repository.packs), parts, len(repository.places), paths, recut))


def check_copies(repository):
    """Copies hold the very bytes of what they are copies of (2)."""
    for copy in repository.store.list("copies/"):
        original = repository.store.get(copy[len("copies/"):], GIB)
        same = original == repository.store.get(copy, GIB)
        demand(original is None or same, "%s: differs from its original" % copy)


def check_nonces(repository):
    """No run sealed two payloads under one name: its key would have met a nonce twice (7)."""
    seen = {}
    for pack in repository.packs.values():
        for record in pack.records:
            first, place = seen.setdefault((pack.run, record.name), (pack, record))
            if place is not record:
                demand(payload(repository, first, place) == payload(repository, pack, record),
                       "%s: a nonce was used twice" % record.name.hex())


def payload(repository, pack, record):
    return repository.store.read(pack.object, record.offset + 64, record.stored)


def is_cut_alone(entry, segments):
    """Whether a file's chunks are its own and whole (11)."""
    return entry["size"] >= 32 * KIB and all(
        chunk != HOLE and offset == 0 for chunk, offset, _ in segments)


def check_cuts(repository, path, entry, segments):
    content = b"".join(repository.content(chunk, 1) for chunk, _, _ in segments)
    lengths = [count for _, _, count in segments]
    exponents = [repository.chunk_class] if repository.chunk_class else [16, 18]
    found = [rkp_cdc.lengths(content, exponent, repository.keys.cut) for exponent in exponents]
    demand(lengths in found, "%r: it is cut in other places" % path)


def choose(snapshots, name):
    if name == "latest":
        return snapshots[-1][1]
    found = [snapshot for run, snapshot in snapshots if run.startswith(name)]
    if len(found) != 1:
        sys.exit("%d snapshots start with %s" % (len(found), name))
    return found[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--password-file", help="its first line is the passphrase")
    parser.add_argument("--key-file")
    parser.add_argument("repository")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("snapshots")
    checking = commands.add_parser("check")
    checking.add_argument("--data", action="store_true", help="prove every byte of every pack")
    checking.add_argument("--cuts", type=int, default=0, metavar="MIB", help="cut so much again")
    restoring = commands.add_parser("restore")
    restoring.add_argument("snapshot")
    restoring.add_argument("target", help="a folder that does not exist yet")
    restoring.add_argument("--digests", action="store_true")
    options = parser.parse_args()
    secrets = []
    for file in (options.password_file, options.key_file):
        secrets.append(None)
        if file:
            with open(file, "rb") as opened:
                secrets[-1] = opened.read()
    password = secrets[0] and secrets[0].split(b"\n")[0].removesuffix(b"\r")
    try:
        repository = Repository(options.repository, password, secrets[1])
        if options.command == "snapshots":
            for run, snapshot in repository.snapshots():
                paths = b", ".join(snapshot["paths"]).decode(errors="backslashreplace")
                print(run, snapshot["time"] // 10**9, snapshot["host"], paths)
            return
        repository.load_packs()
        if options.command == "check":
            check(repository, options.data, options.cuts)
        else:
            snapshot = choose(repository.snapshots(), options.snapshot)
            Restore(repository, options.target, options.digests).run(snapshot)
    except Damage as damage:
        sys.exit("damaged: %s" % damage)


if __name__ == "__main__":
    main()
