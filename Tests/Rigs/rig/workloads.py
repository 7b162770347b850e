"""What the kill rigs interrupt: a command, the state it starts from, and what must hold after.

A workload is prepared once (`Stage`); each case works on a clone of the stage. `settle` is told
how the interrupted run ended, and proves in this order: nothing acknowledged is lost, nothing
is torn, the same command run again finishes, and nothing is left behind.
"""
import copy
import os
import shutil

from . import trees
from .program import Finding, inside

TEMPORARY = ("tmp", "temp", "part", ".farmio")


def leftovers(root, allowed=()):
    """Names under `root` that look like unfinished work."""
    found = []
    for base, folders, names in os.walk(root):
        for name in folders + names:
            path = os.path.relpath(os.path.join(base, name), root)
            if path not in allowed and any(mark in name.lower() for mark in TEMPORARY):
                found.append(path)
    return found


class Stage:
    """The state before the command: two versions of a tree, a repository, a target."""

    def __init__(self, program, folder, seed, **size):
        self.program, self.folder = program, folder
        self.kept = {}  # acknowledged snapshots: id -> (the path it was made of, the tree's print)
        os.makedirs(folder)
        trees.build(f"{folder}/first", seed, **size)
        trees.copy(f"{folder}/first", f"{folder}/second")
        trees.edit(f"{folder}/second", seed + 1)
        self.prints = {name: trees.fingerprint(f"{folder}/{name}") for name in ("first", "second")}
        program.run("init", self.repository).must(0)

    show = property(lambda self: f"{self.folder}/show")
    repository = property(lambda self: f"{self.folder}/repository")
    target = property(lambda self: f"{self.folder}/target")

    def clone(self, program, folder):
        """The same state in another folder, for one case to spoil."""
        twin = copy.copy(self)
        twin.program, twin.folder, twin.kept = program, folder, dict(self.kept)
        trees.copy(self.folder, folder)
        return twin

    def keep(self, snapshot, version):
        self.kept[snapshot] = (self.show, self.prints[version])

    def store(self, version):
        """Backs up a version under the path that all versions share."""
        self.put("show", version)
        snapshot = self.program.backup(self.repository, self.show)
        self.keep(snapshot, version)
        return snapshot

    def put(self, place, version):
        shutil.rmtree(f"{self.folder}/{place}", ignore_errors=True)
        trees.copy(f"{self.folder}/{version}", f"{self.folder}/{place}")

    def whole(self):
        """The repository is well and each acknowledged snapshot comes back exactly."""
        self.program.check(self.repository).must(0)
        for snapshot, (path, wanted) in self.kept.items():
            target = f"{self.folder}/proof"
            self.program.restore(self.repository, snapshot, path, target).must(0)
            trees.same(trees.fingerprint(target), wanted, f"snapshot {snapshot} restored")
            shutil.rmtree(target)

    def tidy(self):
        """Nothing unfinished lies in the repository."""
        left = leftovers(self.repository)
        if left:
            raise Finding(f"left behind in the repository: {left[:5]}")


class Workload:
    """One command to interrupt. `prepare` sets the stage, `words` is the command."""
    name = ""

    def prepare(self, stage):
        raise NotImplementedError

    def words(self, stage):
        raise NotImplementedError

    def settle(self, stage, outcome):
        raise NotImplementedError


class Backup(Workload):
    name = "backup"

    def prepare(self, stage):
        stage.store("first")
        stage.put("show", "second")

    def words(self, stage):
        return ("backup", stage.repository, stage.show, "--quiet")

    def settle(self, stage, outcome):
        if outcome.snapshot:
            stage.keep(outcome.snapshot, "second")
        stage.whole()
        stage.keep(stage.program.run(*self.words(stage)).must(0).snapshot, "second")
        stage.program.run("prune", stage.repository).must(0)
        stage.whole()
        stage.tidy()


class FirstBackup(Backup):
    name = "first-backup"

    def prepare(self, stage):
        stage.put("show", "second")


class Restore(Workload):
    """Into a folder that holds another version."""
    name = "restore"
    old = ("second",)

    def prepare(self, stage):
        stage.snapshot = stage.store("first")
        for version in self.old:
            stage.put("target", version)

    def words(self, stage):
        return ("restore", stage.repository, inside(stage.snapshot, stage.show),
                "--target", stage.target, "--delete")

    def settle(self, stage, outcome):
        if os.path.isdir(stage.target):
            trees.whole_files(stage.target, stage.prints["first"],
                              *(stage.prints[v] for v in self.old), what="interrupted restore")
        if outcome.status != 0:
            stage.program.run(*self.words(stage)).must(0)
        trees.same(trees.fingerprint(stage.target), stage.prints["first"], "restored tree")
        stage.whole()


class FreshRestore(Restore):
    name = "fresh-restore"
    old = ()


class Sync(Workload):
    name = "sync"

    def prepare(self, stage):
        stage.put("show", "second")
        stage.put("target", "first")

    def words(self, stage):
        return ("sync", stage.show, stage.target, "--delete")

    def settle(self, stage, outcome):
        trees.whole_files(stage.target, stage.prints["first"], stage.prints["second"],
                          what="interrupted sync")
        trees.same(trees.fingerprint(stage.show), stage.prints["second"], "the source")
        if outcome.status != 0:
            stage.program.run(*self.words(stage)).must(0)
        trees.same(trees.fingerprint(stage.target), stage.prints["second"], "synced tree")


class Copy(Sync):
    name = "copy"

    def prepare(self, stage):
        stage.put("show", "second")
        os.mkdir(stage.target)

    def words(self, stage):
        return ("copy", stage.show, stage.target)


class Prune(Workload):
    """forget + prune, with space to give back."""
    name = "prune"

    def prepare(self, stage):
        stage.store("first")
        stage.snapshot = stage.store("second")

    def words(self, stage):
        return ("forget", stage.repository, "--keep-last", "1", "--prune")

    def settle(self, stage, outcome):
        stage.kept = {stage.snapshot: stage.kept[stage.snapshot]}
        stage.whole()
        stage.program.run(*self.words(stage)).must(0)
        stage.whole()
        listed = stage.program.run("snapshots", stage.repository, "--quiet").must(0)
        if listed.output.split() != [stage.snapshot]:
            raise Finding(f"snapshots lists {listed.output.split()}, not {stage.snapshot} alone")
        stage.tidy()


class Init(Workload):
    """Where there is a repository already, init may refuse."""
    name = "init"

    def prepare(self, stage):
        stage.put("show", "first")

    def words(self, stage):
        return ("init", f"{stage.folder}/new")

    def settle(self, stage, outcome):
        again = stage.program.run(*self.words(stage))
        if outcome.status != 0 and again.status != 0:
            stage.program.check(f"{stage.folder}/new").must(0)
        stage.program.backup(f"{stage.folder}/new", stage.show)
        stage.program.check(f"{stage.folder}/new").must(0)


WORKLOADS = {w.name: w() for w in (Init, Backup, FirstBackup, Restore, FreshRestore, Sync, Copy,
                                    Prune)}
