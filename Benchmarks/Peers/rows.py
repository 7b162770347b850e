"""The rows of the table: one piece of work each, asked of every program that can do it.

A row is prepared once for each program, then run several times in alternating order; `reset` puts
things back before each run. What a run leaves is proved against the source once a program.
"""
import os
import shutil
import subprocess

import data
import measure
from peers import ARCHIVERS, movers

KEEPERS = ("farmio", "restic", "borg", "casync")
MOVERS = ("farmio", "rsync", "rclone", "cp")


class Bench:
    """What rows share: options, places, and data sets made at first use."""

    def __init__(self, options, place):
        self.options, self.place = options, place
        self.shots = data.shots(options.cache, options.detail, options.texture, options.frames)

    def path(self, name):
        return f"{self.place.folder}/{name}"

    def show(self):
        if not os.path.isdir(self.path("show")):
            data.show(self.path("show"), self.shots[1], self.options.copies, seed=1)
        return self.path("show")

    def large(self):
        slow = self.place.name == "slow"
        size = self.options.slow_large if slow else self.options.large
        if not os.path.isdir(self.path("large")):
            data.large(f"{self.path('large')}/cache.abc", self.shots[1], size << 20, seed=2)
        return self.path("large")

    def small(self, count=None):
        """The tree of many small files; a smaller one where each operation takes its time."""
        slow = self.place.name == "slow"
        count = count or (self.options.slow_small if slow else self.options.small)
        folder = self.path(f"small-{count}")
        if not os.path.isdir(folder):
            data.small(folder, count, folders=max(40, count // 200), seed=3)
        return folder

    def drop(self, *names):
        for name in names:
            shutil.rmtree(self.path(name), ignore_errors=True)


def same_tree(source, target):
    """Equal names and contents; metadata is the crash rigs' matter. Reads every byte."""
    done = subprocess.run(["diff", "-r", "--no-dereference", source, target],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise measure.Failed(f"{target} differs from {source}: {done.stdout[:300]}")


class Row:
    """`places` lists where the row runs by default; `goals` are judged on its results."""
    name = title = ""
    places = ("memory",)
    tools = KEEPERS
    goals = ()

    def __init__(self, bench):
        self.bench = bench

    def setup(self):
        """Makes the data set; returns (files, bytes) of it."""

    def prepare(self, tool):
        """Once a program, outside the measured time."""

    def reset(self, tool):
        """Before each run, outside the measured time."""

    def run(self, tool):
        """The measured work; returns its Measure."""
        raise NotImplementedError

    def prove(self, tool):
        """After a program's last run."""

    def stored(self, tool):
        """Bytes that the run added to the repository; None where nothing is stored."""
        return None

    def finish(self, tool):
        """Takes the program's files away."""


class KeeperRow(Row):
    """Work on a repository."""
    source = ""

    def keeper(self, tool):
        return self.keepers.setdefault(tool, ARCHIVERS[tool](
            self.bench.path(f"{tool}-repository"), self.bench.path(f"{tool}-state")))

    def __init__(self, bench):
        super().__init__(bench)
        self.keepers, self.grown = {}, {}

    def fresh(self, tool):
        """An empty repository."""
        self.finish(tool)
        if words := self.keeper(tool).init():
            measure.run(words, environment=self.keeper(tool).environment)

    def keep(self, tool, path, number):
        """Backs `path` up as snapshot `number`; notes what it added."""
        keeper = self.keeper(tool)
        before = measure.stored(keeper.repository)
        taken, output = measure.run(keeper.backup(path, number), environment=keeper.environment,
                                    settle=self.bench.place.settle)
        keeper.learn(output)
        self.grown[tool] = measure.stored(keeper.repository) - before
        return taken

    def bring_back(self, tool, path, number):
        keeper, target = self.keeper(tool), self.bench.path("restored")
        words, folder = keeper.restore(path, number, target)
        os.makedirs(target)
        return measure.run(words, folder=folder, environment=keeper.environment,
                           settle=self.bench.place.settle)[0]

    def prove_restore(self, tool, path, number):
        self.bench.drop("restored")
        self.bring_back(tool, path, number)
        same_tree(path, self.keeper(tool).restored(path, self.bench.path("restored")))
        self.bench.drop("restored")

    def finish(self, tool):
        self.keepers.pop(tool, None)
        self.bench.drop(f"{tool}-repository", f"{tool}-state")


class FirstBackup(KeeperRow):
    name, title = "first", "first backup of scenes and textures"
    places = ("disk",)
    goals = (("faster", ("restic", "borg"), 4), ("smaller", ("restic", "borg"), 1))

    def setup(self):
        return data.describe(self.bench.show())

    def reset(self, tool):
        self.fresh(tool)

    def run(self, tool):
        return self.keep(tool, self.bench.show(), 0)

    def prove(self, tool):
        self.prove_restore(tool, self.bench.show(), 0)

    def stored(self, tool):
        return self.grown[tool]


class KnownBackup(KeeperRow):
    name, title = "known", "second backup, all content known, new path"
    goals = (("rate", 1.9e9, "read"),)

    def setup(self):
        if not os.path.isdir(self.bench.path("moved")):
            data.clone(self.bench.show(), self.bench.path("moved"))
        return data.describe(self.bench.show())

    def reset(self, tool):
        self.fresh(tool)
        self.keep(tool, self.bench.show(), 0)

    def run(self, tool):
        return self.keep(tool, self.bench.path("moved"), 1)

    def stored(self, tool):
        return self.grown[tool]


class KnownLarge(KnownBackup):
    """Bytes, not files: what reading, cutting and naming cost."""
    name, title = "known-large", "second backup of a large file, all content known, new path"
    places = ("disk",)

    def setup(self):
        self.number, self.moved = 0, self.bench.path("moved-0")
        data.clone(self.bench.large(), self.moved)
        return data.describe(self.moved)

    def prepare(self, tool):
        self.fresh(tool)
        self.keep(tool, self.bench.large(), 0)

    def reset(self, tool):
        """A path that nobody has seen, each time."""
        self.number += 1
        path = self.bench.path(f"moved-{self.number}")
        os.rename(self.moved, path)
        self.moved = path

    def run(self, tool):
        return self.keep(tool, self.moved, self.number)


class UnchangedBackup(KeeperRow):
    name, title = "unchanged", "backup of an unchanged tree of many files"
    tools = ("farmio", "restic", "borg")
    goals = (("faster", ("restic", "borg"), 5),)

    def tree(self):
        return self.bench.small(self.bench.options.unchanged)

    def setup(self):
        return data.describe(self.tree())

    def prepare(self, tool):
        self.fresh(tool)
        self.keep(tool, self.tree(), 0)
        self.number = 0

    def run(self, tool):
        self.number += 1
        return self.keep(tool, self.tree(), self.number)

    def stored(self, tool):
        return self.grown[tool]


class EditBackup(KeeperRow):
    name, title = "edit", "backup of one day's edit"
    places = ("disk",)
    goals = (("faster", ("restic", "borg"), 1), ("smaller", ("restic", "borg"), 1))

    def setup(self):
        for version in ("before", "after"):
            if not os.path.isdir(self.bench.path(version)):
                data.clone(self.bench.show(), self.bench.path(version))
        data.edit_show(self.bench.path("after"), self.bench.shots[2], seed=4)
        return data.describe(self.bench.path("after"))

    def lay_out(self, version):
        """One path that holds one version after the other; rsync keeps what did not change."""
        subprocess.run(["rsync", "-a", "--delete", f"{self.bench.path(version)}/",
                        f"{self.bench.path('edited')}/"], check=True)

    def reset(self, tool):
        self.fresh(tool)
        self.lay_out("before")
        self.keep(tool, self.bench.path("edited"), 0)
        self.lay_out("after")

    def run(self, tool):
        return self.keep(tool, self.bench.path("edited"), 1)

    def prove(self, tool):
        self.prove_restore(tool, self.bench.path("edited"), 1)

    def stored(self, tool):
        return self.grown[tool]


class RestoreLarge(KeeperRow):
    name, title = "restore-large", "restore of one large file"
    places = ("disk",)
    goals = (("rate", None, "write"), ("faster", ("restic",), 5))

    def tree(self):
        return self.bench.large()

    def setup(self):
        return data.describe(self.tree())

    def prepare(self, tool):
        self.fresh(tool)
        self.keep(tool, self.tree(), 0)

    def reset(self, tool):
        self.bench.drop("restored")

    def run(self, tool):
        return self.bring_back(tool, self.tree(), 0)

    def prove(self, tool):
        same_tree(self.tree(),
                  self.keeper(tool).restored(self.tree(), self.bench.path("restored")))
        self.bench.drop("restored")


class RestoreSmall(RestoreLarge):
    name, title = "restore-small", "restore of many small files"
    places = ("memory",)
    goals = (("faster", ("restic",), 5),)

    def tree(self):
        return self.bench.small()


class MoverRow(Row):
    """Work from tree to tree."""
    tools = MOVERS
    verb = 0  # copy; 1 is sync

    def tree(self):
        raise NotImplementedError

    def setup(self):
        return data.describe(self.tree())

    def target(self):
        return self.bench.path("target")

    def reset(self, tool):
        self.bench.drop("target")
        os.makedirs(self.target())

    def run(self, tool):
        words = movers(self.bench.options.farmio)[tool][self.verb](self.tree(), self.target())
        return measure.run(words, settle=self.bench.place.settle)[0]

    def prove(self, tool):
        same_tree(self.tree(), self.target())

    def finish(self, tool):
        self.bench.drop("target")


class CopySmall(MoverRow):
    name, title = "copy-small", "copy of many small files"
    places = ("memory", "disk", "slow")
    goals = (("faster", ("rsync", "rclone"), 4), ("faster", ("cp",), 2))
    slow_goals = (("faster", ("rsync",), 35), ("faster", ("cp",), 20), ("faster", ("rclone",), 3))

    def __init__(self, bench):
        super().__init__(bench)
        if bench.place.name == "slow":
            self.goals = self.slow_goals

    def tree(self):
        return self.bench.small()


class SyncSmall(CopySmall):
    """Nothing has changed: what a nightly sync mostly does."""
    name, title, verb = "sync-small", "sync of many small files, none changed", 1
    goals = slow_goals = (("faster", ("rsync", "rclone"), 4),)

    def reset(self, tool):
        if os.path.isdir(self.target()):
            return
        subprocess.run(["cp", "-a", f"{self.tree()}/.", self.target()], check=True)


class CopyLarge(MoverRow):
    name, title = "copy-large", "copy of a large file"
    places = ("memory", "disk", "slow")
    tools = (*MOVERS, "rclone default")
    goals = (("faster", ("cp",), 1), ("frugal", ("rclone default",), 4))

    def tree(self):
        return self.bench.large()


class SyncLarge(CopyLarge):
    """The target holds an older version, changed in places."""
    name, title, verb = "sync-large", "sync of a large file, changed in places", 1
    goals = (("faster", ("rsync", "rclone"), 1),)

    def reset(self, tool):
        self.bench.drop("target")
        os.makedirs(self.target())
        path = f"{self.target()}/cache.abc"
        shutil.copyfile(f"{self.tree()}/cache.abc", path)
        with open(path, "r+b") as file:
            size = os.path.getsize(path)
            for at in range(0, size, max(1, size // 50)):
                file.seek(at)
                file.write(b"older version")
        os.utime(path, (1_600_000_000, 1_600_000_000))


ROWS = {row.name: row for row in (
    FirstBackup, KnownBackup, KnownLarge, UnchangedBackup, EditBackup, RestoreLarge, RestoreSmall,
    CopySmall, SyncSmall, CopyLarge, SyncLarge)}
