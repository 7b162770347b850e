"""Bit rot: stored bytes change in silence. Each change must be found, named, and never restored."""
import os
import random
import shutil
import threading

from . import trees
from .cases import Case
from .program import Finding
from .workloads import Stage

SMALL = 8192        # files up to this size: every byte
EDGE = (256, 2048)  # of larger ones every byte at the start and at the end ...
PAGE = 4096         # ... and one bit in each page between
PASSING = ("lease", "lock", "tmp")  # what only running processes need


class RotRig:
    """One repository, and a clone for each change. Content that stands once is lost with its bytes;
    all else must be mended, and a new backup brings the content back as well."""

    def __init__(self, program, scratch, seed):
        self.program, self.scratch, self.seed = program, f"{scratch}/rot", seed
        self.lock = threading.Lock()
        self.made = None
        self.note = lambda text: None

    def stage(self):
        """The repository that is damaged: it has seen a collection, and the last snapshot is wanted
        back."""
        with self.lock:
            if self.made is None:
                stage = Stage(self.program, f"{self.scratch}/stage", self.seed, large=300_000)
                gone = stage.store("second")
                stage.store("first")
                self.program.run("forget", stage.repository, gone, "--prune").must(0)
                del stage.kept[gone]
                stage.snapshot = stage.store("second")
                self.made = stage
            return self.made

    def files(self):
        """The repository's lasting files, in an order that is the same for the same seed: by kind,
        then by size. Names differ from run to run."""
        root, found = self.stage().repository, []
        for base, _, names in os.walk(root):
            for name in names:
                path = os.path.relpath(os.path.join(base, name), root)
                if not any(word in path.lower() for word in PASSING):
                    found.append((path.split("/")[0], os.path.getsize(f"{root}/{path}"), path))
        return [(kind, path) for kind, _, path in sorted(found)]

    def places(self, path):
        """The bytes of a file to change, as (offset, bit)."""
        size = os.path.getsize(f"{self.stage().repository}/{path}")
        source = random.Random(f"{self.seed} {size}")
        if size <= SMALL:
            offsets = range(size)
        else:
            offsets = [*range(EDGE[0]),
                       *(min(at + source.randrange(PAGE), size - EDGE[1])
                         for at in range(EDGE[0], size - EDGE[1], PAGE)),
                       *range(size - EDGE[1], size)]
        return [(offset, source.randrange(8)) for offset in offsets]

    def attack(self, folder, number, offset, bit):
        kind, path = self.files()[number]
        stage = self.stage().clone(self.program, f"{folder}/stage")
        with open(f"{stage.repository}/{path}", "r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ 1 << bit]))
        where = f"bit {bit} of byte {offset} of {path}"
        # A damaged configuration may leave nothing that could be checked.
        found = self.program.check(stage.repository).must(1, *((3,) if kind == "config" else ()))
        if os.path.basename(path) not in found.text:
            raise Finding(f"{where}: check does not name the file: {found.text[-400:]}")
        self.restore(stage, where)
        mended = self.program.run("check", stage.repository, "--read-data", "--repair")
        if mended.status == 3 and kind == "config":  # a number that a newer program may write
            return self.note(f"rot in {kind}, refused")
        mended.must(*((0, 1) if kind == "packs" else (0,)))
        if mended.status == 1:
            # What stood once is lost until it is stored again; old snapshots are whole then, too.
            self.program.backup(stage.repository, stage.show)
            first = f"{stage.folder}/first"
            self.program.run("backup", stage.repository, first, "--quiet").must(0)
        self.program.check(stage.repository).must(0)
        self.restore(stage, f"{where}, mended", 0)
        self.program.run("prune", stage.repository).must(0)
        self.program.check(stage.repository).must(0)
        self.restore(stage, f"{where}, mended and pruned", 0)
        self.note(f"rot in {kind}, mended {'by a new backup' if mended.status else 'in place'}")

    def restore(self, stage, where, *statuses):
        """Right bytes or none: never wrong ones."""
        path, wanted = stage.kept[stage.snapshot]
        target = f"{stage.folder}/rotten"
        shutil.rmtree(target, ignore_errors=True)
        outcome = self.program.restore(stage.repository, stage.snapshot, path, target)
        outcome.must(*(statuses or (0, 1, 3)))
        if outcome.status == 0:
            trees.same(trees.fingerprint(target), wanted, f"{where}: restored")
        elif os.path.isdir(target):
            trees.whole_files(target, wanted, what=f"{where}: restored")

    def case(self, _, __, number, offset, bit):
        number, offset, bit = int(number), int(offset), int(bit)
        return Case(f"rot/{self.files()[number][0]}/{number}/{offset}/{bit}",
                    lambda folder: self.attack(folder, number, offset, bit))

    def sweep(self, limit, seed):
        """Every place, or at most `limit` with an equal share for each file."""
        cases, files = [], self.files()
        for number, (_, path) in enumerate(files):
            places = self.places(path)
            share = -(-limit // len(files))
            if len(places) > share:
                places = random.Random(seed).sample(places, share)
            cases += [self.case("rot", "", number, *place) for place in places]
        return cases
