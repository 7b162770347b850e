"""Round trips: trees go into a repository and to a second place, and come back bit for bit."""
import os
import shutil
import subprocess

from . import images, trees
from .cases import Case
from .images import Unavailable
from .program import Finding

KINDS = ("ext4", "xfs", "btrfs")
TREES = ("odd", "alab", "exr")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))


def corpus(name):
    """A tree of published scenes or frames, `shared/corpus` beside the repository or further up."""
    folder = ROOT
    while folder != "/":
        folder = os.path.dirname(folder)
        if os.path.isdir(f"{folder}/shared/corpus/{name}"):
            return f"{folder}/shared/corpus/{name}"
    raise Unavailable("there is no shared/corpus beside the repository")


class RoundRig:
    """Source, repository and targets all lie on one image of each file system."""

    def __init__(self, program, scratch, seed):
        self.program, self.seed = program, seed

    def attack(self, _, kind, tree):
        with images.image(kind, "900M") as image:
            source, repository, restored, mirror = (
                f"{image.place}/{name}" for name in ("source", "repository", "restored", "mirror"))
            if tree == "odd":
                self.build_odd(source)
            else:
                trees.copy(corpus(tree), source)
            wanted = trees.fingerprint(source)
            self.program.run("init", repository).must(0)
            snapshot = self.program.backup(repository, source)
            self.program.restore(repository, snapshot, source, restored).must(0)
            trees.same(trees.fingerprint(restored), wanted, f"restored on {kind}")
            self.program.run("sync", source, mirror, "--delete").must(0)
            trees.same(trees.fingerprint(mirror), wanted, f"synced on {kind}")
            self.program.check(repository).must(0)
            if tree == "odd":
                for twin in (restored, mirror):
                    self.holes_kept(source, twin)

    def build_odd(self, root):
        trees.build(root, self.seed, files=200, large=3 << 20)
        with open(f"{root}/disk.img", "wb") as file:
            file.truncate(64 << 20)
            file.seek(40 << 20)
            file.write(b"island")
        if shutil.which("setfacl"):
            subprocess.run(["setfacl", "-m", "u:1234:rw,g:4321:r", f"{root}/large.blend"],
                           check=False)
            subprocess.run(["setfacl", "-d", "-m", "u:1234:rwx", f"{root}/assets"], check=False)
        os.chown(f"{root}/large.blend", 1234, 4321)
        os.lchown(f"{root}/link", 1234, 4321)

    @staticmethod
    def holes_kept(source, twin):
        """A sparse file takes about the room that it took, not its length."""
        before, after = (os.stat(f"{root}/disk.img").st_blocks for root in (source, twin))
        if after > before + 2048:  # half-kilobyte blocks: one MiB
            raise Finding(f"{twin}/disk.img takes {after} blocks, the source {before}")

    def case(self, _, kind, tree):
        return Case(f"round/{kind}/{tree}", lambda folder: self.attack(folder, kind, tree))

    def sweep(self, count, seed):
        return [self.case("round", kind, tree) for kind in KINDS for tree in TREES][:count]
