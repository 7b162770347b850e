"""Full disks: ENOSPC in a backup, restore or sync, then space, then the same command again."""
import os
import random
import subprocess

from . import images, trees
from .cases import Case
from .program import Finding, inside
from .workloads import Stage

WORKS = ("backup", "restore", "sync")


class SpaceRig:
    """The repository or target lies on an ext4 image that a filler leaves too little room on."""

    def __init__(self, program, scratch, seed):
        self.program, self.seed = program, seed

    def attack(self, folder, work, seed):
        source = random.Random(seed)
        with images.image("ext4") as image:
            stage = Stage(self.program, f"{folder}/stage", seed, files=40, large=4 << 20)
            snapshot = stage.store("first")
            place = f"{image.place}/{'repository' if work == 'backup' else 'target'}"
            if work == "backup":
                trees.copy(stage.repository, place)
                stage.put("show", "second")
                # An edit that really needs room.
                with open(f"{stage.show}/new.exr", "wb") as file:
                    file.write(source.randbytes(6 << 20))
                words = ("backup", place, stage.show, "--quiet")
            elif work == "restore":
                words = ("restore", stage.repository, inside(snapshot, stage.show),
                         "--target", place)
            else:
                words = ("sync", stage.show, place)
            self.fill(image.place, leave=source.randrange(16 << 10, 3 << 20))
            outcome = self.program.run(*words).must(3)
            if image.place not in outcome.text:
                raise Finding(f"the message names nothing on the disk: {outcome.text[-400:]}")
            if work == "backup":
                self.program.check(place).must(0)
                proof = f"{folder}/proof"
                self.program.restore(place, snapshot, stage.show, proof).must(0)
                trees.same(trees.fingerprint(proof), stage.prints["first"], "on the full disk")
            elif os.path.isdir(place):
                trees.whole_files(place, stage.prints["first"], what="on the full disk")
            os.unlink(f"{image.place}/filler")
            self.program.run(*words).must(0)
            if work == "backup":
                self.program.check(place).must(0)
            else:
                trees.same(trees.fingerprint(place), stage.prints["first"], "with space again")

    @staticmethod
    def fill(place, leave):
        status = os.statvfs(place)
        size = max(0, status.f_bavail * status.f_frsize - leave)
        subprocess.run(["fallocate", "-l", str(size), f"{place}/filler"], check=True)
        subprocess.run(["sync", "-f", place], check=True)

    def case(self, _, work, seed):
        return Case(f"space/{work}/{seed}", lambda folder: self.attack(folder, work, int(seed)))

    def sweep(self, count, seed):
        return [self.case("space", WORKS[n % len(WORKS)], seed * 100_000 + n)
                for n in range(count)]
