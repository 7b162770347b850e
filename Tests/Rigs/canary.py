#!/usr/bin/python3
"""A small farmio with the same command line, right by default, and wrong in one chosen way.

The rigs prove themselves on it: without a fault they must find nothing, with each fault that
CANARY names they must find something. It keeps one object a file and compresses nothing.
Write order: objects, manifest, then one exclusive link as the reference.
"""
import hashlib
import json
import os
import socket
import stat
import sys
import time

FAULTS = {
    "no-sync": "neither files nor folders are made durable",
    "no-folder-sync": "the folder of a new name is not made durable",
    "in-place": "objects are written under their final name",
    "reference-first": "the reference appears before manifest and objects",
    "early-word": "the snapshot's id is printed before it is committed",
    "no-proof": "digests are not compared on reading",
    "blind-prune": "prune takes no notice of running backups",
    "torn-target": "restore and sync write files under their final name",
    "deaf": "errors of the disk are swallowed",
    "litter": "temporary files are not swept",
}
FAULT = os.environ.get("CANARY", "")
assert not FAULT or FAULT in FAULTS


class Damage(Exception):
    """The repository is not well: exit status 1."""


def sha(data):
    return hashlib.sha256(data).hexdigest()


def sync(path):
    if FAULT == "no-sync" or (FAULT == "no-folder-sync" and os.path.isdir(path)):
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path, data, direct=False, finish=lambda path: None):
    """Temporary name, sync, rename, sync of the folder."""
    folder, name = os.path.split(path)
    short = sha(os.fsencode(name))[:8]  # a name may be as long as names can be
    temporary = path if direct else f"{folder}/.tmp-{os.getpid()}-{short}"
    with open(temporary, "wb", buffering=0) as file:
        for start in range(0, len(data), 16384):
            piece = data[start:start + 16384]
            if any(piece):
                file.seek(start)
                file.write(piece)
        file.truncate(len(data))
    finish(temporary)
    sync(temporary)
    if not direct:
        os.rename(temporary, path)
    sync(folder)


def alive(pid):
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False


def sweep(folder):
    """Removes the temporary files of dead processes."""
    if FAULT == "litter":
        return
    for base, _, names in os.walk(folder):
        for name in names:
            if name.startswith(".tmp-") and not alive(int(name.split("-")[1])):
                os.unlink(f"{base}/{name}")


class Repository:
    def __init__(self, place):
        self.place = place
        if not os.path.exists(f"{place}/config"):
            raise FileNotFoundError(2, "is no repository", place)
        self.proved("config", open(f"{place}/config", "rb").read())

    @staticmethod
    def make(place):
        for name in ("objects", "manifests", "references", "leases"):
            os.makedirs(f"{place}/{name}", exist_ok=True)
            sync(place)
        if not os.path.exists(f"{place}/config"):
            body = b'{"version": 1}'
            write_durably(f"{place}/config", sha(body).encode() + body)

    def proved(self, name, data):
        if FAULT != "no-proof" and sha(data[64:]).encode() != data[:64]:
            raise Damage(f"{name} is damaged")
        return data[64:]

    def names(self, kind):
        return sorted(n for n in os.listdir(f"{self.place}/{kind}") if not n.startswith("."))

    def put(self, data):
        name = sha(data)
        path = f"{self.place}/objects/{name}"
        if not os.path.exists(path):
            write_durably(path, data, direct=FAULT == "in-place")
        return name

    def get(self, name):
        try:
            data = open(f"{self.place}/objects/{name}", "rb").read()
        except FileNotFoundError:
            raise Damage(f"object {name} is missing") from None
        if FAULT != "no-proof" and sha(data) != name:
            raise Damage(f"object {name} is damaged")
        return data

    def manifest(self, snapshot):
        link = self.proved(f"reference {snapshot}",
                           open(f"{self.place}/references/{snapshot}", "rb").read()).decode()
        try:
            data = open(f"{self.place}/manifests/{link}", "rb").read()
        except FileNotFoundError:
            raise Damage(f"manifest {link} is missing") from None
        return link, json.loads(self.proved(f"manifest {link}", data))

    def commit(self, manifest, write_objects):
        body = json.dumps(manifest).encode()
        name = sha(body)
        snapshot = name[:12]
        reference = f"{self.place}/references/{snapshot}"
        temporary = f"{self.place}/references/.tmp-{os.getpid()}-{snapshot}"

        def refer():
            write_durably(temporary, sha(name.encode()).encode() + name.encode(), direct=True)
            os.link(temporary, reference)
            os.unlink(temporary)
            sync(os.path.dirname(reference))

        if FAULT == "early-word":
            print(snapshot, flush=True)
        if FAULT == "reference-first":
            refer()
        write_objects()
        write_durably(f"{self.place}/manifests/{name}", sha(body).encode() + body)
        if FAULT != "reference-first":
            refer()
        if FAULT != "early-word":
            print(snapshot, flush=True)

    def leases(self, kind):
        return [n for n in self.names("leases")
                if n.startswith(kind) and alive(int(n.split("-")[1]))]


class Lease:
    """Writers and prune show themselves; a prune gives way to writers, writers wait for a prune."""

    def __init__(self, repository, kind):
        self.repository, self.path = repository, f"{repository.place}/leases/{kind}-{os.getpid()}"
        open(self.path, "w").close()
        if kind == "writer" and FAULT != "blind-prune":
            while repository.leases("prune"):
                time.sleep(0.01)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.unlink(self.path)


def attributes(path):
    return {n: os.getxattr(path, n, follow_symlinks=False).hex()
            for n in os.listxattr(path, follow_symlinks=False)}


def scan(root, store):
    """Entries of a tree, parents first. `store` turns a file's bytes into what is recorded."""
    seen, entries = {}, []
    for base, folders, files in os.walk(os.fsencode(root)):
        folders.sort()
        for name in [b""] * (base == os.fsencode(root)) + sorted(files) + folders:
            path = os.path.join(base, name) if name else base
            status = os.lstat(path)
            entry = {"path": os.path.relpath(path, os.fsencode(root)).hex(),
                     "mode": status.st_mode, "mtime": status.st_mtime_ns,
                     "owner": (status.st_uid, status.st_gid),
                     "xattr": attributes(path)}
            if stat.S_ISLNK(status.st_mode):
                entry["link"] = os.readlink(path).hex()
            elif stat.S_ISREG(status.st_mode):
                key = (status.st_dev, status.st_ino)
                if key in seen:
                    entry["hard"] = seen[key]
                else:
                    entry["data"] = store(open(path, "rb").read())
                if status.st_nlink > 1:
                    seen.setdefault(key, entry["path"])
            entries.append(entry)
    return entries


def finish(path, entry):
    os.chown(path, *entry["owner"], follow_symlinks=False)
    if not stat.S_ISLNK(entry["mode"]):
        os.chmod(path, stat.S_IMODE(entry["mode"]))
    for name, value in entry["xattr"].items():
        os.setxattr(path, name, bytes.fromhex(value), follow_symlinks=False)
    os.utime(path, ns=(entry["mtime"], entry["mtime"]), follow_symlinks=False)


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        for name in os.listdir(path):
            remove(os.path.join(path, name))
        os.rmdir(path)
    else:
        os.unlink(path)


def lay_out(entries, target, read, delete):
    """Makes `target` what `entries` say; `read` gives a file's bytes."""
    target = os.fsencode(target)
    os.makedirs(target, exist_ok=True)
    sweep(os.fsdecode(target))
    damage, folders = [], []
    wanted = {bytes.fromhex(e["path"]) for e in entries}
    if delete:
        for base, names, files in os.walk(target, topdown=False):
            for name in names + files:
                path = os.path.join(base, name)
                if os.path.relpath(path, target) not in wanted:
                    remove(path)
    for entry in entries:
        path = os.path.normpath(os.path.join(target, bytes.fromhex(entry["path"])))
        kind = stat.S_IFMT(entry["mode"])
        there = os.lstat(path) if os.path.lexists(path) else None
        if there and stat.S_IFMT(there.st_mode) != kind:
            remove(path)
            there = None
        if kind == stat.S_IFDIR:
            os.makedirs(path, exist_ok=True)
            folders.append((path, entry))
        elif kind == stat.S_IFLNK:
            if there:
                os.unlink(path)
            os.symlink(bytes.fromhex(entry["link"]), path)
            finish(path, entry)
        elif "hard" in entry:
            if there:
                os.unlink(path)
            os.link(os.path.join(target, bytes.fromhex(entry["hard"])), path)
        else:
            try:
                write_durably(os.fsdecode(path), read(entry["data"]), FAULT == "torn-target",
                              lambda path, entry=entry: finish(path, entry))
            except Damage as error:
                damage.append(str(error))
    for path, entry in reversed(folders):
        finish(path, entry)
        sync(path)
    if damage:
        raise Damage("; ".join(damage))


def backup(place, path):
    repository = Repository(place)
    with Lease(repository, "writer"):
        sweep(place)
        contents = {}

        def keep(data):
            contents[sha(data)] = data
            return sha(data)

        manifest = {"path": os.path.abspath(path), "time": time.time_ns(),
                    "host": socket.gethostname(), "pid": os.getpid(),
                    "entries": scan(path, keep)}
        repository.commit(
            manifest, lambda: [repository.put(data) for data in contents.values()])


def restore(place, source, target, delete):
    repository = Repository(place)
    snapshot, _, inside = source.partition(":")
    try:
        _, manifest = repository.manifest(snapshot)
    except FileNotFoundError:
        raise SystemExit(f"farmio: no snapshot {snapshot}") from None
    assert not inside or inside == os.path.basename(manifest["path"])
    lay_out(manifest["entries"], target, repository.get, delete)


def check(place):
    repository, faults = Repository(place), []
    for snapshot in repository.names("references"):
        try:
            _, manifest = repository.manifest(snapshot)
            for entry in manifest["entries"]:
                if "data" in entry:
                    repository.get(entry["data"])
        except (Damage, ValueError) as error:
            faults.append(f"{snapshot}: {error}")
    for name in repository.names("objects"):
        try:
            repository.get(name)
        except Damage as error:
            faults.append(str(error))
    if faults:
        raise Damage("\n".join(faults))


def prune(place):
    repository = Repository(place)
    with Lease(repository, "prune"):
        if FAULT != "blind-prune":
            if repository.leases("writer"):
                return
            sweep(place)
        wanted, used = set(), set()
        for snapshot in repository.names("references"):
            link, manifest = repository.manifest(snapshot)
            wanted.add(link)
            used.update(e["data"] for e in manifest["entries"] if "data" in e)
        for kind, keep in (("manifests", wanted), ("objects", used)):
            for name in repository.names(kind):
                if name not in keep:
                    os.unlink(f"{place}/{kind}/{name}")


def forget(place, keep, snapshots):
    repository = Repository(place)
    if keep:
        by_time = sorted(repository.names("references"),
                         key=lambda s: repository.manifest(s)[1]["time"])
        snapshots = by_time[:-keep]
    for snapshot in snapshots:
        os.unlink(f"{place}/references/{snapshot}")
    sync(f"{place}/references")


def sync_trees(source, target, delete):
    contents = {}

    def keep(data):
        contents[sha(data)] = data
        return sha(data)

    lay_out(scan(source, keep), target, contents.__getitem__, delete)


def run(words):
    options = {"--quiet", "--delete", "--read-data", "--prune"}
    flags = {w for w in words if w in options}
    values, rest = {}, []
    iterator = iter(w for w in words if w not in options)
    for word in iterator:
        if word.startswith("--"):
            values[word] = next(iterator)
        else:
            rest.append(word)
    command, *rest = rest
    if command == "init":
        Repository.make(*rest)
    elif command == "backup":
        backup(*rest)
    elif command == "snapshots":
        print("\n".join(Repository(*rest).names("references")))
    elif command == "restore":
        restore(*rest, values["--target"], "--delete" in flags)
    elif command == "check":
        check(*rest)
    elif command == "forget":
        forget(rest[0], int(values.get("--keep-last", 0)), rest[1:])
        if "--prune" in flags:
            prune(rest[0])
    elif command == "prune":
        prune(*rest)
    elif command in ("copy", "sync"):
        sync_trees(*rest, "--delete" in flags)
    else:
        raise SystemExit(2)


def main():
    try:
        run(sys.argv[1:])
    except Damage as error:
        print(f"farmio: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        name = error.filename or sys.argv[2:]  # a write does not know its file's name
        print(f"farmio: {name}: {error}", file=sys.stderr)
        return 0 if FAULT == "deaf" else 3
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
