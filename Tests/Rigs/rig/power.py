"""Power cuts on ext4 and XFS: what was acknowledged survives, and EIO ends farmio with status 3."""
import itertools
import os
import random
import shutil
import subprocess
import threading
import time

from . import images, trees
from .cases import Case
from .program import Finding, inside
from .workloads import Stage

SOURCE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "powercut.c")
KINDS = ("ext4", "xfs")


class PowerRig:
    """The stage lies beside the image; what farmio writes lies on it."""

    def __init__(self, program, scratch, seed):
        self.program, self.scratch, self.seed = program, f"{scratch}/power", seed
        self.lock = threading.Lock()

    def cut(self, place):
        """Stops the file system at `place`, losing what was not synced."""
        with self.lock:
            helper = f"{self.scratch}/powercut"
            if not os.path.exists(helper):
                os.makedirs(self.scratch, exist_ok=True)
                subprocess.run(["cc", "-O2", SOURCE, "-o", helper], check=True)
        subprocess.run([helper, place], check=True)

    def backups(self, folder, kind, seed):
        """Backs up one version after the other until the power goes."""
        source = random.Random(seed)
        with images.image(kind) as image:
            stage = Stage(self.program, f"{folder}/stage", seed, files=80)
            shutil.rmtree(stage.repository)
            repository = f"{image.place}/repository"
            self.program.run("init", repository).must(0)
            stage.put("show", "first")
            timer = threading.Timer(10 ** source.uniform(-1.5, 0.3), self.cut, [image.place])
            acknowledged = {}
            timer.start()
            try:
                outcome = None
                for number in itertools.count():
                    print_before = trees.fingerprint(stage.show)
                    outcome = self.program.run("backup", repository, stage.show, "--quiet")
                    if outcome.status != 0:
                        break
                    acknowledged[outcome.snapshot] = print_before
                    if not timer.is_alive():
                        self.after_the_cut(repository, stage.show)
                        break
                    trees.edit(stage.show, seed * 1000 + number)
            finally:
                timer.join()
            if outcome.status != 0:
                self.told(outcome, image.place)
            image.unmount()
            image.mount()
            self.program.check(repository).must(0)
            for snapshot, wanted in acknowledged.items():
                target = f"{folder}/proof"
                self.program.restore(repository, snapshot, stage.show, target).must(0)
                trees.same(trees.fingerprint(target), wanted, f"snapshot {snapshot} after the cut")
                shutil.rmtree(target)
            self.program.backup(repository, stage.show)
            self.program.check(repository).must(0)

    def after_the_cut(self, repository, show):
        """A backup that begins after the cut can acknowledge nothing."""
        outcome = self.program.run("backup", repository, show, "--quiet")
        self.told(outcome, os.path.dirname(repository))

    def told(self, outcome, place):
        outcome.must(3)
        if place not in outcome.text:
            raise Finding(f"the message names nothing on {place}: {outcome.text[-400:]}")

    def target(self, folder, kind, seed, words):
        """`words` writes the second version onto the image; cut at the end, or in the middle."""
        source = random.Random(seed)
        with images.image(kind) as image:
            stage = Stage(self.program, f"{folder}/stage", seed, files=80)
            snapshot = stage.store("second")
            target = f"{image.place}/target"
            trees.copy(f"{stage.folder}/first", target)
            subprocess.run(["sync", "-f", image.place], check=True)
            words = words(stage, snapshot, target)
            process = self.program.start(*words)
            if source.random() < 0.5:
                time.sleep(10 ** source.uniform(-2.5, -0.5))
                self.cut(image.place)
                outcome = self.program.end(process)
                if outcome.status != 0:
                    self.told(outcome, image.place)
            else:
                outcome = self.program.end(process).must(0)
                self.cut(image.place)
            image.unmount()
            image.mount()
            trees.whole_files(target, stage.prints["first"], stage.prints["second"],
                              what="after the cut")
            if outcome.status != 0:
                self.program.run(*words).must(0)
            trees.same(trees.fingerprint(target), stage.prints["second"],
                       "acknowledged tree after the cut" if outcome.status == 0 else "run again")

    def attack(self, folder, kind, work, seed):
        if work == "backup":
            self.backups(folder, kind, seed)
        elif work == "restore":
            self.target(folder, kind, seed, lambda stage, snapshot, target: (
                "restore", stage.repository, inside(snapshot, stage.show), "--target", target,
                "--delete"))
        else:
            self.target(folder, kind, seed, lambda stage, snapshot, target: (
                "sync", stage.show, target, "--delete"))

    def case(self, _, kind, work, seed):
        return Case(f"power/{kind}/{work}/{seed}",
                    lambda folder: self.attack(folder, kind, work, int(seed)))

    def sweep(self, count, seed):
        """Backups half of the time, the rest shared by restore and sync, on each file system."""
        works = ("backup", "restore", "backup", "sync")
        return [self.case("power", KINDS[n % 2], works[n // 2 % 4], seed * 100_000 + n)
                for n in range(count)]
